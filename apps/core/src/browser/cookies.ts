import type { FastifyReply, FastifyRequest } from 'fastify';

/** Names that clients of Harbor look for. */
export const sessionCookie = 'sid';
export const csrfCookie = '_gorilla_csrf';

interface CookieOptions {
  sameSite: 'Lax' | 'Strict';
  secure: boolean;
  /** Seconds; absent: as long as the browser is open. 0: it goes at once. */
  maxAge?: number;
}

/** RFC 6265 section 5.4; of several with the name, the first. Undefined when there is none, or an empty one. */
export function readCookie({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim() || undefined;
  }
  return undefined;
}

/** Scripts never see it, and it counts for the whole site. `value` is base64url, or empty. */
export function writeCookie(reply: FastifyReply, name: string, value: string, options: CookieOptions): void {
  const { sameSite, secure, maxAge } = options;
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${sameSite}`];
  if (secure) parts.push('Secure');
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  const before = reply.getHeader('set-cookie');
  const others = [before ?? []].flat().map(String);
  void reply.removeHeader('set-cookie').header('set-cookie', [...others, parts.join('; ')]);
}
