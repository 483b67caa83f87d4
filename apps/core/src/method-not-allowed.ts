import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders, sendError } from '@breakwater/platform';
import type { FastifyInstance } from 'fastify';

interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
}

/**
 * RFC 9110 section 15.5.6: a path that exists under another method is 405 and says under which. containerd relies on
 * it for POST /service/token. Called before routes are registered.
 */
export function answerMethodNotAllowed(fastify: FastifyInstance): void {
  const known = new Map<string, KnownPath>();
  fastify.addHook('onRoute', ({ method, url }) => {
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) entry.methods.add(name);
    known.set(url, entry);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = request.is404
      ? [...known.values()].filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods])
      : [];
    if (methods.length === 0) return done();
    const error = new AppError('METHOD_NOT_ALLOWED', `${request.method} is not allowed here`);
    sendError(reply, new AppErrorWithHeaders(error, { allow: [...new Set(methods)].join(', ') }));
  });
}

function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}$`);
}
