import { trustPass, type ProjectFacts } from '@breakwater/access';
import { PullGate } from '@breakwater/trust-gate';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/request-context';
import { Actors } from './actors';

/** What goes out in another way than by a pull, as far as the trust policies of projects let it. */
@Injectable()
export class GatedReads {
  constructor(
    private readonly gate: PullGate,
    private readonly actors: Actors,
  ) {}

  /** Throws PROJECTPOLICYVIOLATION: a copy elsewhere could be pulled. */
  async assertMayCopy(
    { source, repository, digest }: { source: ProjectFacts; repository: string; digest: string },
    request: FastifyRequest,
  ): Promise<void> {
    const pass = trustPass(principalOf(request), source);
    const host = this.actors.registryHost(request);
    await this.gate.assertMayPull({ projectId: source.id, repository, digest, pass, host });
  }
}
