import type { IncomingHttpHeaders } from 'node:http';

/** How a path names a project. */
export type ProjectReference = { id: number } | { name: string };

/**
 * `{project_name_or_id}`: digits are an id unless `X-Is-Resource-Name: true` says that they are a name
 * (management-platform.md section 1.3).
 */
export function projectReference(segment: string, headers: IncomingHttpHeaders): ProjectReference {
  const isName = String(headers['x-is-resource-name'] ?? '').toLowerCase() === 'true';
  const id = Number(segment);
  return !isName && /^\d+$/.test(segment) && Number.isSafeInteger(id) ? { id } : { name: segment };
}
