import { LeaseHolder, repositoryScope, signingScope, SingleFlight } from '@breakwater/coherence';
import { ConcurrencyLimiter } from '@breakwater/platform';
import { SigningViews, SubjectVerification, type AssessedSigning, type SigningStatus } from '@breakwater/signatures';
import {
  satisfied,
  TrustPoliciesService,
  type ProjectTrustPolicy,
  type Satisfaction,
  type TrustVerdict,
} from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';

/** A storage or a list of revoked certificates may be slow; nobody waits longer with a pull. */
const verificationMs = 20_000;
/** Each holds the bytes of one signature, and a connection while it stores its verdict. */
const verificationsAtOnce = { limit: 4, queueLength: 200, queueMs: verificationMs };

export interface GateQuestion {
  projectId: number;
  /** With the project: `library/nginx`. */
  repository: string;
  digest: string;
  /** The tag that the digest was asked for by. */
  tag?: string;
}

export interface GateAnswer {
  /** Signed as the policy asks. */
  ok: boolean;
  status: SigningStatus;
  /** What is missing and what to type next. `host`: as the client names the registry. */
  explain: (host?: string) => Satisfaction;
  verdicts: TrustVerdict[];
  /** When time alone may change it; null: never. */
  until: Date | null;
}

/** Whether a digest is signed as a policy asks. */
@Injectable()
export class TrustGate {
  private readonly verifications: SingleFlight<void>;
  private readonly limiter = new ConcurrencyLimiter(verificationsAtOnce);

  constructor(
    private readonly views: SigningViews,
    private readonly subjects: SubjectVerification,
    private readonly lease: LeaseHolder,
    private readonly policies: TrustPoliciesService,
  ) {
    this.verifications = new SingleFlight(lease);
  }

  /**
   * Verifies first what is not verified yet, or was before certificates and keys changed. Undefined: no such artifact.
   * Throws UNAVAILABLE when that is not possible now.
   */
  async ask(question: GateQuestion, policy: ProjectTrustPolicy): Promise<GateAnswer | undefined> {
    let signing = await this.views.assess(question, policy);
    if (signing && signing.status !== 'signed' && signing.pending.length > 0) {
      for (const digest of signing.pending) await this.verify(question, digest);
      signing = await this.views.assess(question, policy);
    }
    return signing && answerOf(signing, question, policy);
  }

  /** Once for all who ask at the same time. By the policy in force, whatever was asked: what comes of it is announced. */
  private async verify({ projectId, repository }: GateQuestion, digest: string): Promise<void> {
    const policy = await this.policies.ofProject(projectId);
    const ticket = this.lease.ticket(`project:${projectId}`, repositoryScope(repository), signingScope(repository));
    return this.verifications.run(`${repository}@${digest}`, ticket, () =>
      this.inTurn(() =>
        this.subjects.verifyNamed(repository, digest, { policy, signal: AbortSignal.timeout(verificationMs) }),
      ),
    );
  }

  private async inTurn(run: () => Promise<void>): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.limiter.enter((refusal) => (refusal ? reject(refusal) : resolve())),
    );
    try {
      await run();
    } finally {
      this.limiter.leave();
    }
  }
}

function answerOf(
  { status, verdicts, until }: AssessedSigning,
  { repository, digest, tag }: GateQuestion,
  policy: ProjectTrustPolicy,
): GateAnswer {
  const explain = (host?: string): Satisfaction =>
    satisfied(policy, verdicts, { repository: clientsName(repository, host), digest, ...(tag && { tag }) });
  return { ok: status === 'signed', status, explain, verdicts, until };
}

/** As clients name the repository, where the host is known. */
export const clientsName = (repository: string, host: string | undefined): string =>
  host === undefined ? repository : `${host}/${repository}`;
