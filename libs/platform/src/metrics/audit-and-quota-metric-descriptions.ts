/** What the job service does with the audit log and with quotas. */
export const auditAndQuotaMetrics = {
  breakwater_audit_forwarded_total: {
    type: 'counter',
    help: 'Entries of the audit log sent to the syslog receiver',
  },
  breakwater_audit_forward_dropped_total: {
    type: 'counter',
    help: 'Entries of the audit log that the syslog receiver never got: too many waited',
  },
  breakwater_quota_drifts_total: {
    type: 'counter',
    help: 'Projects whose quota did not count what they hold, and was corrected',
  },
  breakwater_quota_drift_bytes_total: {
    type: 'counter',
    help: 'Bytes by which quotas were wrong, either way, before they were corrected',
  },
} as const;
