import type { FastifyReply } from 'fastify';

/** Where every path of the management API begins. */
export const api = 'api/v2.0';

/** Names what a POST created: `/api/v2.0/projects/7`; clients read the number at its end. */
export function setLocation(reply: FastifyReply, path: string): void {
  void reply.header('Location', `/${api}/${path}`);
}
