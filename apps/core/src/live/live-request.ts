import type { FastifyRequest } from 'fastify';

const paths = /\/(?:log|events)$/;

/** Does the client want to hear what happens, rather than what has happened? With `?follow=true`, or as browsers ask. */
export function isLive({ headers, query, routeOptions: { url = '' } }: FastifyRequest): boolean {
  if (!paths.test(url)) return false;
  const { follow } = query as { follow?: unknown };
  return url.endsWith('/events') || follow === 'true' || (headers.accept ?? '').includes('text/event-stream');
}

/** Where a client that comes back left off; 0 for one that is new. */
export function lastEventId({ headers }: FastifyRequest): number {
  const id = Number(headers['last-event-id'] ?? 0);
  return Number.isSafeInteger(id) && id > 0 ? id : 0;
}
