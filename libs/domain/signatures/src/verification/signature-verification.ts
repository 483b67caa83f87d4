import type { JobPayload } from '@breakwater/contracts';
import { ExecutionsService, type JobContext } from '@breakwater/executions';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SignaturesRepository, type AnnouncedRepository } from '../signatures.repository';
import { StatusAnnouncer } from './status-announcer';
import { SubjectVerification } from './subject-verification';
import { verificationTask } from './verification-task';

const repositoriesAtOnce = 200;
const subjectsAtOnce = 50;
const announcedAtOnce = 200;

/** Where a run left off: among the digests to be verified, then among those to be announced. */
const checkpoint = z.object({ step: z.enum(['verify', 'announce']), after: z.string() });
const planned = z.object({ afterRepository: z.number() });

type Payload = JobPayload<'VERIFY_SIGNATURES'>;

/** Verifies what is attached to artifacts, one after the other, each in a step of its own. */
@Injectable()
export class SignatureVerification {
  constructor(
    private readonly policies: TrustPoliciesService,
    private readonly signatures: SignaturesRepository,
    private readonly subjects: SubjectVerification,
    private readonly announcer: StatusAnnouncer,
    private readonly executions: ExecutionsService,
  ) {}

  async run({ projectId, repositoryId, digests }: Payload, context: JobContext): Promise<void> {
    if (repositoryId === null) return this.plan(projectId, context);
    const repository = await this.signatures.repository(repositoryId);
    if (!repository) return context.log('the repository is gone');
    if (digests) return this.verifyThese(repository, digests, context);
    const left = checkpoint.safeParse(context.checkpoint).data ?? { step: 'verify', after: '' };
    if (left.step === 'verify') await this.verifyOutdated(repository, left.after, context);
    await this.announceAll(repository, left.step === 'announce' ? left.after : '', context);
  }

  /** A task for each repository: they are verified side by side, and what is in one of them one after the other. */
  private async plan(projectId: number, context: JobContext): Promise<void> {
    let after = planned.safeParse(context.checkpoint).data?.afterRepository ?? 0;
    for (;;) {
      context.signal.throwIfAborted();
      const ids = await this.signatures.signedRepositories(projectId, after, repositoriesAtOnce);
      const last = ids.at(-1);
      if (last === undefined) return;
      const tasks = ids.map((repositoryId) => verificationTask({ projectId, repositoryId, digests: null }));
      await context.advance({ afterRepository: last }, () => this.executions.addTasks(context.executionId, tasks));
      after = last;
    }
  }

  private async verifyThese(
    repository: AnnouncedRepository,
    digests: readonly string[],
    context: JobContext,
  ): Promise<void> {
    const done = checkpoint.safeParse(context.checkpoint).data?.after ?? '';
    const left = [...new Set(digests)].sort().filter((digest) => digest > done);
    for (const digest of left) await this.verifyOne(repository, digest, context);
  }

  private async verifyOutdated(repository: AnnouncedRepository, from: string, context: JobContext): Promise<void> {
    for (let after: string | undefined = from; after !== undefined;) {
      const { verdictVersion } = await this.policies.ofProject(repository.projectId);
      const page: string[] = await this.signatures.outdated(repository.id, verdictVersion, after, subjectsAtOnce);
      for (const digest of page) await this.verifyOne(repository, digest, context);
      after = page.at(-1);
    }
  }

  private async verifyOne(repository: AnnouncedRepository, digest: string, context: JobContext): Promise<void> {
    context.signal.throwIfAborted();
    const policy = await this.policies.ofProject(repository.projectId);
    const round = { policy, signal: context.signal };
    const found = await this.subjects.verify(repository, digest, round, (write) =>
      context.advance({ step: 'verify', after: digest }, write),
    );
    for (const { verdict } of found) {
      const why = verdict.reasons.length > 0 ? `: ${verdict.reasons.join('; ')}` : '';
      context.log(`${repository.name}@${digest}: ${verdict.system} ${verdict.status}${why}`);
    }
  }

  /** What hangs on the policy or on Notary alone needs no verdict, but may be something else by now. */
  private async announceAll(repository: AnnouncedRepository, from: string, context: JobContext): Promise<void> {
    for (let after: string | undefined = from; after !== undefined;) {
      context.signal.throwIfAborted();
      const policy = await this.policies.ofProject(repository.projectId);
      const page: { after: string; limit: number } = { after, limit: announcedAtOnce };
      await context.advance({ step: 'announce', after: page.after }, async () => {
        after = await this.announcer.announcePage(repository, page, policy);
      });
    }
  }
}
