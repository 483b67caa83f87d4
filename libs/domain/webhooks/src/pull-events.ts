import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

export interface PulledArtifact {
  /** With the project: `library/nginx`. */
  repository: string;
  digest: string;
  /** Absent: it was pulled by its digest. */
  tag?: string;
  actor: EventActor;
}

interface Interest {
  /** The audit log or a policy of the system wants every project's pulls. */
  all: boolean;
  /** Names of the projects whose own policies do. */
  projects: ReadonlySet<string>;
}

const flushEveryMs = 1_000;
/** How old a replica's knowledge of who wants to hear of pulls may be. */
const interestEveryMs = 5_000;
/** Pulls told of between two flushes; beyond that, they are dropped. */
const mostWaiting = 1_000;

/**
 * Tells of pulls those who asked for it (decision 4). Reading is no change: pulls wait here for the next flush, too many
 * are dropped, and a replica that ends badly takes those of the last second with it.
 */
@Injectable()
export class PullEvents implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PullEvents.name);
  private interest: Interest = { all: false, projects: new Set() };
  private waiting: (PulledArtifact & { time: Date })[] = [];
  private timers: NodeJS.Timeout[] = [];
  private flushing: Promise<void> = Promise.resolve();
  /** Pulls that somebody wanted to hear of and nobody will. */
  dropped = 0;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly settings: SettingsService,
  ) {}

  onModuleInit(): void {
    void this.refresh();
    this.timers = [
      setInterval(() => void this.refresh(), interestEveryMs),
      setInterval(() => void this.flush(), flushEveryMs),
    ];
    for (const timer of this.timers) timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.flush();
  }

  /** Asked at every pull: no more than a look into memory. */
  wants(repository: string): boolean {
    const { all, projects } = this.interest;
    return all || (projects.size > 0 && projects.has(projectOf(repository)));
  }

  record(pull: PulledArtifact): void {
    if (this.waiting.length >= mostWaiting) this.dropped++;
    else this.waiting.push({ ...pull, time: new Date() });
  }

  /** One after another. Never fails. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  /** Looks who wants to hear of pulls. Never fails: with Postgres away, what was known stays. */
  async refresh(): Promise<void> {
    try {
      const rows = await this.database.query<{ name: string | null }>(
        `SELECT DISTINCT p.name FROM webhook_policy w LEFT JOIN project p ON p.id = w.project_id
         WHERE w.enabled AND 'PULL_ARTIFACT' = ANY(w.event_types)`,
      );
      const names = rows.map(({ name }) => name);
      const { pull_audit_log_disable: unaudited } = await this.settings.get();
      this.interest = {
        all: !unaudited || names.includes(null),
        projects: new Set(names.filter((name) => name !== null)),
      };
    } catch (error) {
      this.logger.warn({ err: error }, 'it is not known who wants to hear of pulls');
    }
  }

  private async write(): Promise<void> {
    const pulls = this.waiting;
    if (pulls.length === 0) return;
    this.waiting = [];
    try {
      const ids = await this.projectIds([...new Set(pulls.map(({ repository }) => projectOf(repository)))]);
      await this.outbox.addMany(pulls.flatMap((pull) => toEvent(pull, ids.get(projectOf(pull.repository)))));
    } catch (error) {
      this.dropped += pulls.length;
      this.logger.warn({ err: error, pulls: pulls.length }, 'pulls not told of');
    }
  }

  private async projectIds(names: string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ id: number; name: string }>(
      'SELECT id, name FROM project WHERE name = ANY($1)',
      [names],
    );
    return new Map(rows.map(({ id, name }) => [name, id]));
  }
}

function toEvent({ time, ...pull }: PulledArtifact & { time: Date }, projectId: number | undefined) {
  if (projectId === undefined) return [];
  const payload = { ...pull, projectId, project: projectOf(pull.repository) };
  return [{ topic: 'artifact.pulled' as const, key: pull.repository, payload, creationTime: time }];
}

function projectOf(repository: string): string {
  return repository.slice(0, repository.indexOf('/'));
}
