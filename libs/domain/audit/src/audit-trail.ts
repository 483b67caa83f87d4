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
   * `describe` is asked when it is over, inside of that transaction when it succeeded.
   */
  async around<T>(
    actor: EventActor,
    describe: (succeeded: boolean) => Promise<AuditedAction> | AuditedAction,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await this.database.transaction(async () => {
        const result = await work();
        await this.record(actor, await describe(true));
        return result;
      });
    } catch (error) {
      await this.recordFailure(actor, describe);
      throw error;
    }
  }

  /** In the current transaction, if there is one. */
  async record(actor: EventActor, action: AuditedAction, succeeded = true): Promise<void> {
    const { event, projectId = null } = action;
    const resource = action.resource.slice(0, mostText);
    const description = action.description ?? `${event.replace('_', ' ')}: ${resource}`;
    await this.outbox.add({
      topic: 'action.audited',
      key: `${event} ${resource}`.slice(0, 512),
      payload: { projectId, actor, event, resource, description: description.slice(0, mostText), succeeded },
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
