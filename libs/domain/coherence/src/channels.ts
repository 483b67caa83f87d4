import { z } from 'zod';
import type { Scope } from './scopes';

/** Postgres tells every replica of a change when, and only when, it is committed. */
export const changesChannel = 'breakwater_changes';
/** Lease holders tell that they have forgotten what the change was about. */
export const heardChannel = 'breakwater_heard';

/** Postgres takes at most 8000 bytes; a change about more than fits is about everything. */
const maxPayload = 7_500;

const message = z.object({ id: z.string(), scopes: z.array(z.string()).optional() });

/** Without scopes: everything. */
export interface ChangeMessage {
  id: string;
  scopes?: Scope[];
}

export function writeChange(change: ChangeMessage): string {
  const text = JSON.stringify(change);
  return text.length <= maxPayload ? text : JSON.stringify({ id: change.id });
}

/** Throws on what is not ours. */
export function readChange(text: string): ChangeMessage {
  return message.parse(JSON.parse(text)) as ChangeMessage;
}
