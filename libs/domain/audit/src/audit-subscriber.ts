import type { EventSubscriber } from '@breakwater/events';
import { advisoryLocks, Database } from '@breakwater/platform';
import { SettingsService, type Settings } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { auditedTopics, auditEntries, eventTypeOf, type AuditedEvent, type AuditEntry } from './audit-entries';
import { listedTypes } from './audit-event-types';
import { AuditForwarder } from './audit-forwarder';

/** Writes what happened into the audit log, once each, and sends it on to where the settings say. */
@Injectable()
export class AuditSubscriber implements EventSubscriber<(typeof auditedTopics)[number]> {
  readonly name = 'audit';
  readonly topics = auditedTopics;
  readonly lock = advisoryLocks.auditEvents;

  constructor(
    private readonly database: Database,
    private readonly settings: SettingsService,
    private readonly forwarder: AuditForwarder,
  ) {}

  async hear(events: AuditedEvent[]): Promise<void> {
    const settings = await this.settings.get();
    const entries = events.flatMap(auditEntries).filter(wantedBy(settings));
    if (entries.length === 0) return;
    const address = settings.audit_log_forward_endpoint;
    // Nobody would have them, were they left out here while the receiver is away.
    if (!settings.skip_audit_log_database || !this.forwarder.takes(address)) await this.insert(entries);
    if (address === '') return;
    this.database.afterTransaction({ committed: async () => this.forwarder.offer(address, entries) });
  }

  private async insert(entries: readonly AuditEntry[]): Promise<void> {
    await this.database.query(
      `INSERT INTO audit_log (op_time, project_id, username, operation, resource_type, resource, operation_description, operation_result,
                              source_address, user_agent)
       SELECT x.time, x."projectId", left(x.username, 255), x.operation, x."resourceType", left(x.resource, 1024), left(x.description, 1024),
              x.succeeded, left(x."sourceAddress", 64), left(x."userAgent", 255)
       FROM jsonb_to_recordset($1) AS x(time timestamptz, "projectId" bigint, username text, operation text, "resourceType" text,
                                        resource text, description text, succeeded boolean, "sourceAddress" text, "userAgent" text)`,
      [JSON.stringify(entries)],
    );
  }
}

function wantedBy(settings: Settings): (entry: AuditEntry) => boolean {
  const disabled = listedTypes(settings.disabled_audit_log_event_types);
  return (entry) => {
    const type = eventTypeOf(entry);
    return !disabled.has(type) && !(type === 'pull_artifact' && settings.pull_audit_log_disable);
  };
}
