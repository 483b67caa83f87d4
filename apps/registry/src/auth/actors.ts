import type { EventActor } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller';

/** The caller that the guard put on the request. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new AppError('UNAUTHORIZED', 'unauthorized: authentication required');
  return request.caller;
}

/** Who makes a change and from where, as histories and events keep it. */
@Injectable()
export class Actors {
  constructor(private readonly frontDoor: FrontDoor) {}

  of(request: FastifyRequest): EventActor {
    return {
      name: callerOf(request).name,
      address: this.frontDoor.clientAddress(request.raw),
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 255),
    };
  }
}
