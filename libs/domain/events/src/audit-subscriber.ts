import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { auditedTopics, auditEntries, type AuditedEvent, type AuditEntry } from './audit-entries';
import type { EventSubscriber } from './event-subscriber';

/** Writes changes of artifacts and tags into the audit log, once each. */
@Injectable()
export class AuditSubscriber implements EventSubscriber<(typeof auditedTopics)[number]> {
  readonly name = 'audit';
  readonly topics = auditedTopics;
  readonly lock = advisoryLocks.auditEvents;

  constructor(private readonly database: Database) {}

  async hear(events: AuditedEvent[]): Promise<void> {
    await this.insert(events.flatMap(auditEntries));
  }

  private async insert(entries: readonly AuditEntry[]): Promise<void> {
    await this.database.query(
      `INSERT INTO audit_log (op_time, project_id, username, operation, resource_type, resource, operation_description, source_address)
       SELECT x.time, x."projectId", left(x.username, 255), x.operation, x."resourceType", left(x.resource, 1024), left(x.description, 1024),
              left(x."sourceAddress", 64)
       FROM jsonb_to_recordset($1) AS x(time timestamptz, "projectId" bigint, username text, operation text, "resourceType" text,
                                        resource text, description text, "sourceAddress" text)`,
      [JSON.stringify(entries)],
    );
  }
}
