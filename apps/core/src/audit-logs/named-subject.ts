import type { AuditedAction } from '@breakwater/audit';
import { AppError } from '@breakwater/kernel';

export type Subject = Omit<AuditedAction, 'event'>;

/** Undefined: no id. Requests are described before their parameters are checked. */
export function idOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** What is not there is called by its id: the request is about to fail. */
export async function named(id: string | undefined, find: (id: number) => Promise<Subject>): Promise<Subject> {
  const number = idOf(id);
  const otherwise = { resource: id ?? '' };
  return number === undefined ? otherwise : unlessMissing(() => find(number), otherwise);
}

/** `otherwise` where `find` throws NOT_FOUND. */
export async function unlessMissing(find: () => Promise<Subject>, otherwise: Subject): Promise<Subject> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return otherwise;
    throw error;
  }
}

/** `projectId`, unless it is none. */
export const inProject = (projectId: number | null | undefined): { projectId?: number } =>
  projectId ? { projectId } : {};
