import { isDigest, type RepositoryName } from '@breakwater/kernel';
import { QuotaEvents } from '@breakwater/quotas';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Actors } from '../auth/actors';
import type { Caller } from '../auth/caller';
import { TargetProjects } from './target-projects';

export interface PushCall {
  request: FastifyRequest;
  caller: Caller;
  repository: RepositoryName;
  /** `reference`: the tag or digest of a manifest. */
  params?: Record<string, string>;
}

/** Tells of pushes that a quota refused: of their blobs as of their manifests. */
@Injectable()
export class QuotaRefusals {
  constructor(
    private readonly events: QuotaEvents,
    private readonly projects: TargetProjects,
    private readonly actors: Actors,
  ) {}

  async watch<T>(call: PushCall, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as { reason?: unknown }).reason === 'quota.exceeded') await this.tell(call, error);
      throw error;
    }
  }

  private async tell(call: PushCall, error: unknown): Promise<void> {
    const target = await this.projects.target(call.repository).catch(() => undefined);
    if (target) await this.events.refused({ ...target, ...named(call), actor: this.actors.of(call) }, error);
  }
}

function named({ params }: PushCall): { digest?: string; tag?: string } {
  const reference = params?.reference;
  if (reference === undefined) return {};
  return isDigest(reference) ? { digest: reference } : { tag: reference };
}
