import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { crossesWarning, displaySize, warningPercent, type Usage } from './quota-arithmetic';

/** What a project's quota was asked for. */
export interface QuotaCause {
  projectId: number;
  /** With the project: `library/nginx`. */
  repository: string;
  actor: EventActor;
  /** Of a manifest: what is known of it. A blob has neither. */
  digest?: string;
  tag?: string;
}

/** A client that is refused tries again, and with every layer: one event a minute is enough. */
const quietMs = 60_000;
const maxRemembered = 10_000;

/** Tells of quotas that fill up, and of pushes that were refused for one. */
@Injectable()
export class QuotaEvents {
  private readonly logger = new Logger(QuotaEvents.name);
  /** Repository → until when nothing more is told of it. */
  private readonly told = new Map<string, number>();

  constructor(private readonly outbox: Outbox) {}

  /** Call in the transaction that counted: told once, by the push that brings usage over the line. */
  async counted(cause: QuotaCause, before: Usage, used: number): Promise<void> {
    if (!crossesWarning(before, used)) return;
    const { hard } = before;
    const details = `quota usage reach ${warningPercent}%: resource storage used ${displaySize(used)} of ${displaySize(hard)}`;
    await this.outbox.add({ topic: 'quota.warned', key: cause.repository, payload: { ...place(cause), details } });
  }

  /** Call with what a push was refused with, outside its transaction. Never fails. */
  async refused(cause: QuotaCause, error: unknown): Promise<void> {
    if (!(error instanceof AppError) || error.reason !== 'quota.exceeded' || this.toldLately(cause)) return;
    const payload = { ...place(cause), details: error.message };
    await this.outbox.add({ topic: 'quota.exceeded', key: cause.repository, payload }).catch((failure: unknown) => {
      this.logger.warn({ err: failure, repository: cause.repository }, 'a refused push was not told of');
    });
  }

  private toldLately({ repository }: QuotaCause): boolean {
    const now = Date.now();
    if ((this.told.get(repository) ?? 0) > now) return true;
    if (this.told.size >= maxRemembered) this.told.clear();
    this.told.set(repository, now + quietMs);
    return false;
  }
}

function place({ projectId, repository, actor, digest, tag }: QuotaCause) {
  const project = repository.slice(0, repository.indexOf('/'));
  return {
    ...{ projectId, project, repository, actor },
    ...(digest !== undefined && { digest }),
    ...(tag !== undefined && { tag }),
  };
}
