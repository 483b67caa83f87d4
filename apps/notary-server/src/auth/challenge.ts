import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders } from '@breakwater/platform';

/** An action on a resource, as Notary's clients are told what they lack. */
export interface Wanted {
  type: 'repository' | 'registry';
  name: string;
  actions: readonly string[];
}

export type BearerProblem = 'invalid_token' | 'insufficient_scope';

/**
 * 401, for who is not known and for who may not alike (signing.md section 1): a client gets itself a wider token and
 * comes back, or gives up.
 */
export function challenge(
  message: string,
  { realm, wanted, problem }: { realm: string; wanted: Wanted; problem?: BearerProblem },
): AppError {
  const { type, name, actions } = wanted;
  const parts = [
    `realm="${realm}"`,
    'service="harbor-notary"',
    `scope="${type}:${name}:${actions.join(',')}"`,
    ...(problem ? [`error="${problem}"`] : []),
  ];
  const detail = actions.map((action) => ({ Type: type, Class: '', Name: name, Action: action }));
  const error = new AppError('UNAUTHORIZED', message, { detail });
  return new AppErrorWithHeaders(error, { 'www-authenticate': `Bearer ${parts.join(',')}` });
}
