import type { AuditedAction, AuditEventType } from '@breakwater/audit';
import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditSubjects } from './audit-subjects';

export interface AuditedRequest {
  request: FastifyRequest;
  params: Record<string, string>;
  body: Record<string, unknown>;
  /** Of what a POST made: the end of its Location. */
  createdId: string | undefined;
}

/** With an event where a request may be one of several kinds. */
export type Described = Omit<AuditedAction, 'event'> & { event?: AuditEventType };

/** What a request is about, in the words of the log. */
export type Describe = (audited: AuditedRequest, subjects: AuditSubjects) => Promise<Described> | Described;

/**
 * - `around`: the handler holds nothing but database calls, and the entry is written in one transaction with its change
 * - `afterwards`: it does more than that (Redis, other processes); the entry follows when it is over
 * - `failures`: an event of the change tells of what succeeds (`artifact.deleted`); only what failed is noted here
 */
export type Noted = 'around' | 'afterwards' | 'failures';

export interface Audited {
  event: AuditEventType;
  describe: Describe;
  noted: Noted;
}

export const AUDITED = 'core:audited';

/**
 * What the handler does goes into the audit log, and so does a try that failed. What is created is described afterwards,
 * anything else before it changes or goes.
 */
export const Audited = (event: AuditEventType, describe: Describe, noted: Noted = 'around'): CustomDecorator =>
  SetMetadata(AUDITED, { event, describe, noted } satisfies Audited);

export function createdIdOf(reply: FastifyReply): string | undefined {
  const location = reply.getHeader('location');
  return typeof location === 'string' ? location.split('/').at(-1) : undefined;
}
