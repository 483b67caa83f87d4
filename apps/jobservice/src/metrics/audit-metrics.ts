import { AuditForwarder } from '@breakwater/audit';
import { Metrics } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** Entries of the audit log that were sent to the syslog receiver from here, and those that it never got. */
@Injectable()
export class AuditMetrics {
  constructor(metrics: Metrics, forwarder: AuditForwarder) {
    if (!metrics.enabled) return;
    metrics.collect('breakwater_audit_forwarded_total', () => [{ value: forwarder.forwarded }]);
    metrics.collect('breakwater_audit_forward_dropped_total', () => [{ value: forwarder.dropped }]);
  }
}
