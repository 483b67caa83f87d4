import type { TrustPass } from '@breakwater/access';
import { ManifestsService, type StoredManifest } from '@breakwater/artifacts';
import { AppError, parseManifest, type Manifest } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { TrustPoliciesService, type ProjectTrustPolicy } from '@breakwater/trust-policies';
import { Injectable, Logger } from '@nestjs/common';
import { isEvidenceOnly } from './evidence-only';
import { isReferrersList } from './evidence-tags';
import { unsignedPull, type RefusedPull } from './pull-refusals';
import { TrustGate, type GateAnswer } from './trust-gate.service';

export interface PullBarrier {
  passedBy: readonly TrustPass[];
  /** `host`: as the client names the registry. */
  refuse: (host: string) => AppError;
}

export interface PullDecision {
  /** Undefined: everybody who may pull. */
  barrier?: PullBarrier;
  /** Until then it holds while nothing changes, in milliseconds since the epoch; undefined: for ever. */
  until?: number;
}

export interface PulledManifest extends StoredManifest {
  projectId: number;
  repository: string;
  tag?: string;
}

export interface WantedContent {
  projectId: number;
  repository: string;
  digest: string;
  pass: TrustPass | undefined;
  host: string;
}

const open: PullDecision = {};
const isOpen = ({ pull, quarantine }: ProjectTrustPolicy): boolean => pull === 'allow' && quarantine === null;
const dayMs = 24 * 60 * 60_000;

/**
 * Who may pull a manifest under its project's trust policy. A decision is remembered with the manifest (its caller does),
 * so that warm pulls ask nobody: it hangs on `project:<id>`, `signing:<repository>` and the repository itself.
 */
@Injectable()
export class PullGate {
  private readonly logger = new Logger(PullGate.name);

  constructor(
    private readonly policies: TrustPoliciesService,
    private readonly gate: TrustGate,
    private readonly manifests: ManifestsService,
    private readonly database: Database,
  ) {}

  /** Throws MANIFEST_UNKNOWN when it has gone meanwhile. */
  async decide(manifest: PulledManifest): Promise<PullDecision> {
    const policy = await this.policies.ofProject(manifest.projectId);
    if (isOpen(policy)) return open;
    if (await this.isAboutAnother(manifest)) return open;
    try {
      return decided(await this.ask(manifest, policy), { manifest, policy, now: Date.now() });
    } catch (error) {
      if (error instanceof AppError && error.code === 'MANIFEST_UNKNOWN') throw error;
      // Nobody can tell now. Who may pull what is not signed need not wait for it.
      const refusal = this.undecided(error, manifest);
      return { barrier: { passedBy: ['all'], refuse: () => refusal }, until: 0 };
    }
  }

  private undecided(error: unknown, { repository, digest }: PulledManifest): AppError {
    if (error instanceof AppError && error.code !== 'UNKNOWN') return error;
    this.logger.error({ err: error, repository, digest }, 'signatures could not be verified for a pull');
    return new AppError('UNAVAILABLE', 'the signatures of this image cannot be verified now, try again shortly', {
      reason: 'trust.undecided',
      cause: error,
    });
  }

  /**
   * For who is to have the content in another way than by a pull. Throws PROJECTPOLICYVIOLATION, MANIFEST_UNKNOWN,
   * UNAVAILABLE.
   */
  async assertMayPull({ projectId, repository, digest, pass, host }: WantedContent): Promise<void> {
    const policy = await this.policies.ofProject(projectId);
    if (isOpen(policy)) return;
    const manifest = await this.manifests.find(repository, { kind: 'digest', digest });
    const { barrier } = await this.decide({ ...manifest, projectId, repository });
    if (barrier && !(pass && barrier.passedBy.includes(pass))) throw barrier.refuse(host);
  }

  private async ask({ projectId, repository, digest, tag }: PulledManifest, policy: ProjectTrustPolicy) {
    const answer = await this.gate.ask({ projectId, repository, digest, ...(tag !== undefined && { tag }) }, policy);
    if (!answer) throw new AppError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: { digest } });
    return answer;
  }

  /** Signatures and what else tells of an artifact: those who verify need them, and nobody runs them. */
  private async isAboutAnother({ artifactId, payload, mediaType, tag }: PulledManifest): Promise<boolean> {
    const manifest = readable(payload, mediaType);
    if (!manifest) return false;
    if (isReferrersList(manifest, tag)) return true;
    if (!isEvidenceOnly(manifest)) return false;
    const rows = await this.database.prepared('SELECT 1 FROM accessory WHERE artifact_id = $1 LIMIT 1', [artifactId]);
    return rows.length > 0;
  }
}

/** Undefined for one that no push of today would store: it is judged like an image. */
function readable(payload: Buffer, mediaType: string): Manifest | undefined {
  try {
    return parseManifest(payload, mediaType);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function decided(
  answer: GateAnswer,
  { manifest, policy, now }: { manifest: PulledManifest; policy: ProjectTrustPolicy; now: number },
): PullDecision {
  const until = answer.until === null ? {} : { until: answer.until.getTime() };
  if (answer.ok) return until;
  const quarantineEnd = manifest.pushTime.getTime() + (policy.quarantine?.days ?? 0) * dayMs;
  const refused: RefusedPull = { manifest, answer };
  if (now < quarantineEnd) {
    const end = new Date(quarantineEnd);
    return {
      barrier: {
        passedBy: ['all', 'quarantine'],
        refuse: (host) => unsignedPull(refused, { host, quarantineEnd: end }),
      },
      until: Math.min(quarantineEnd, until.until ?? quarantineEnd),
    };
  }
  // The quarantine is over, and nothing else is asked for.
  if (policy.pull === 'allow') return until;
  return { barrier: { passedBy: ['all'], refuse: (host) => unsignedPull(refused, { host }) }, ...until };
}
