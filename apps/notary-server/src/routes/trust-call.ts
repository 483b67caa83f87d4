import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request that is allowed. */
export interface TrustCall {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Who calls. */
  name: string;
}
