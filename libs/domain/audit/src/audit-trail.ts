import type { EventActor } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { Database } from '@breakwater/platform';
import { Injectable, Logger } from '@nestjs/common';
import type { AuditEventType } from './audit-event-types';

/** What somebody does. */
export interface AuditedAction {
  event: AuditEventType;
  /** The name of what it is done to. */
  resource: string;
  /** Absent: it is the system's. */
  projectId?: number;
  /** For people; absent: made of event and resource. */
  description?: string;
}

const mostText = 1_024;

/** Tells the audit log of what people and robots do, where no event of a change does. */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger(AuditTrail.name);

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Runs `work` in a transaction and notes there what it did, so that neither is without the other; when it fails, notes
   * that it was tried and throws what it threw. `work` holds nothing but database calls, for it may run twice.
   * `describe` is asked when it is over, inside of that transaction when it succeeded. `prepare` comes before the
   * transaction and belongs to what was tried: what it writes stays when it throws, and it may take long.
   */
  async around<T, P = void>(
    actor: EventActor,
    describe: (succeeded: boolean) => Promise<AuditedAction> | AuditedAction,
    work: (prepared: P) => Promise<T>,
    prepare?: () => Promise<P>,
  ): Promise<T> {
    return this.failures(actor, describe, async () => {
      const prepared = (await prepare?.()) as P;
      return this.database.transaction(async () => {
        const result = await work(prepared);
        await this.record(actor, await describe(true));
        return result;
      });
    });
  }

  /**
   * The same for work that is more than database calls: what it did is noted when it is over, so that a crash in between
   * leaves it without a note.
   */
  async afterwards<T>(
    actor: EventActor,
    describe: (succeeded: boolean) => Promise<AuditedAction> | AuditedAction,
    work: () => Promise<T>,
  ): Promise<T> {
    const result = await this.failures(actor, describe, work);
    await this.record(actor, await describe(true));
    return result;
  }

  /** Notes what was tried and failed, where an event of the change tells of what succeeded. */
  async failures<T>(
    actor: EventActor,
    describe: (succeeded: boolean) => Promise<AuditedAction> | AuditedAction,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.recordFailure(actor, describe);
      throw error;
    }
  }

  /** In the current transaction, if there is one. */
  async record(actor: EventActor, action: AuditedAction, succeeded = true): Promise<void> {
    const { event, projectId = null } = action;
    const resource = textOf(action.resource);
    const description = textOf(action.description ?? `${event.replaceAll('_', ' ')}: ${resource}`);
    await this.outbox.add({
      topic: 'action.audited',
      key: `${event} ${resource}`.slice(0, 512),
      payload: { projectId, actor, event, resource, description, succeeded },
    });
  }

  /** Never fails: with Postgres away, the caller is to hear of that from what was tried. */
  private async recordFailure(
    actor: EventActor,
    describe: (succeeded: boolean) => Promise<AuditedAction> | AuditedAction,
  ): Promise<void> {
    try {
      await this.record(actor, await describe(false), false);
    } catch (error) {
      this.logger.warn({ err: error, actor }, 'a failed action is not in the audit log');
    }
  }
}

/** Postgres keeps no text with a NUL in it. */
function textOf(text: string): string {
  return text.replaceAll('\0', '').slice(0, mostText);
}
