import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders } from '@breakwater/platform';

/** What a client must bring: a token with these scopes. */
export interface Wanted {
  /** `https://host/service/token` */
  realm: string;
  /** `repository:library/nginx:pull,push`, several joined by a space. */
  scope?: string;
}

export type BearerProblem = 'invalid_token' | 'insufficient_scope';

/**
 * 401 with a challenge, also for a caller who is known but may not: docker asks for a wider token on 401 only
 * (distribution "Token Authentication"; RFC 6750 section 3.1 for `error`).
 */
export function bearerChallenge(message: string, { realm, scope }: Wanted, problem?: BearerProblem): AppError {
  const parts = [
    `realm="${realm}"`,
    'service="harbor-registry"',
    ...(scope ? [`scope="${scope}"`] : []),
    ...(problem ? [`error="${problem}"`] : []),
  ];
  return challenge(message, `Bearer ${parts.join(',')}`);
}

/** For a caller who used Basic: another token would not help. */
export function basicChallenge(message: string): AppError {
  return challenge(message, 'Basic realm="harbor"');
}

function challenge(message: string, value: string): AppError {
  return new AppErrorWithHeaders(new AppError('UNAUTHORIZED', message), { 'www-authenticate': value });
}
