import { ManifestsService } from '@breakwater/artifacts';
import { parseReference } from '@breakwater/kernel';
import { FrontDoor } from '@breakwater/platform';
import { PullGate, type PullDecision } from '@breakwater/trust-gate';
import { Injectable } from '@nestjs/common';
import { HotAnswers, type DecidedManifest } from '../hot/hot-answers';
import type { RepositoryCall } from '../http/route';
import { param } from '../http/router';
import { TargetProjects } from '../http/target-projects';

/** Manifests that clients ask for, and whether the trust policies of their projects let them have them. */
@Injectable()
export class AskedManifests {
  constructor(
    private readonly manifests: ManifestsService,
    private readonly hot: HotAnswers,
    private readonly projects: TargetProjects,
    private readonly gate: PullGate,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** Also for HEAD, which clients send before GET: the next one is answered from the cache. Throws MANIFEST_UNKNOWN. */
  async read(call: RepositoryCall): Promise<DecidedManifest> {
    const { projectId, repository } = await this.projects.target(call.repository);
    const asked = { projectId, repository, reference: param(call, 'reference') };
    return this.hot.readManifest(call.request, asked, async () => {
      const reference = parseReference(asked.reference);
      const manifest = await this.manifests.find(repository, reference);
      const tag = reference.kind === 'tag' ? { tag: reference.tag } : {};
      return { manifest, decision: await this.gate.decide({ ...manifest, projectId, repository, ...tag }) };
    });
  }

  /** Throws PROJECTPOLICYVIOLATION: the trust policy of the project keeps it from this caller. */
  async assertPasses({ caller, repository, request }: RepositoryCall, { barrier }: PullDecision): Promise<void> {
    if (!barrier) return;
    const pass = await caller.pass(repository);
    if (pass === undefined || !barrier.passedBy.includes(pass)) throw barrier.refuse(this.frontDoor.host(request.raw));
  }
}
