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

/** What a request is about, in the words of the log. */
export type Describe = (
  audited: AuditedRequest,
  subjects: AuditSubjects,
) => Promise<Omit<AuditedAction, 'event'>> | Omit<AuditedAction, 'event'>;

export interface Audited {
  event: AuditEventType;
  describe: Describe;
}

export const AUDITED = 'core:audited';

/**
 * The handler's change goes into the audit log, in one transaction with it; so does a try that failed. What is created is
 * described afterwards, anything else before it changes or goes. The handler holds nothing but database calls.
 */
export const Audited = (event: AuditEventType, describe: Describe): CustomDecorator =>
  SetMetadata(AUDITED, { event, describe } satisfies Audited);

/** The project in the path. */
export const theProject = ({ request }: AuditedRequest): Omit<AuditedAction, 'event'> => ({
  resource: request.project?.name ?? '',
  ...(request.project && { projectId: request.project.id }),
});

export function createdIdOf(reply: FastifyReply): string | undefined {
  const location = reply.getHeader('location');
  return typeof location === 'string' ? location.split('/').at(-1) : undefined;
}
