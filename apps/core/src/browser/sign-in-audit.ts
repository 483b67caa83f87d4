import { Outbox } from '@breakwater/events';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Tells the audit log who signed in and out, and who tried to. */
@Injectable()
export class SignInAudit {
  constructor(
    private readonly outbox: Outbox,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** `name`: as typed, where nobody was let in. */
  async record(
    request: FastifyRequest,
    event: 'login_user' | 'logout_user',
    name: string,
    succeeded = true,
  ): Promise<void> {
    const resource = name.replaceAll('\0', '').slice(0, 255);
    await this.outbox.add({
      topic: 'action.audited',
      key: `${event} ${resource}`,
      payload: {
        projectId: null,
        actor: { name: resource, ...whence(request, this.frontDoor) },
        event,
        resource,
        description: `${event.replace('_', ' ')}: ${resource}`,
        succeeded,
      },
    });
  }
}

/** Where a request comes from, as sessions and the audit log keep it. */
export function whence(request: FastifyRequest, frontDoor: FrontDoor): { address: string; userAgent: string } {
  return {
    address: frontDoor.clientAddress(request.raw),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 255),
  };
}
