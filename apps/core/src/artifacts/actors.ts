import { principalName } from '@breakwater/access';
import type { EventActor } from '@breakwater/contracts';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/request-context';

/** Who makes a change and from where, as histories and events keep it. */
@Injectable()
export class Actors {
  constructor(private readonly frontDoor: FrontDoor) {}

  of(request: FastifyRequest): EventActor {
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, 255);
    return { name: principalName(principalOf(request)), address: this.frontDoor.clientAddress(request.raw), userAgent };
  }

  /** As they name the registry, with its port. */
  registryHost(request: FastifyRequest): string {
    return this.frontDoor.host(request.raw);
  }
}
