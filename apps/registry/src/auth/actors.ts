import type { EventActor } from '@breakwater/contracts';
import { FrontDoor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Call } from '../http/route';

/** Who makes a change and from where, as histories and events keep it. */
@Injectable()
export class Actors {
  constructor(private readonly frontDoor: FrontDoor) {}

  of({ request, caller }: Pick<Call, 'request' | 'caller'>): EventActor {
    return {
      name: caller.name,
      address: this.frontDoor.clientAddress(request.raw),
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 255),
    };
  }
}
