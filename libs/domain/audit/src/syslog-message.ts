import { eventTypeOf, type AuditEntry } from './audit-entries';

/** RFC 5424 section 6.2.1: facility 13 is log audit; severity 6 is informational, 4 a warning. */
const facility = 13;
const severities = { succeeded: 6, failed: 4 };
/** RFC 5612 keeps this enterprise number for those who have none. */
const sdId = 'audit@32473';
const nil = '-';

/** An entry as RFC 5424 writes it, with the length that RFC 6587 section 3.4.1 puts in front of each on a stream. */
export function syslogFrame(entry: AuditEntry, host: string): Buffer {
  const message = Buffer.from(syslogMessage(entry, host));
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

export function syslogMessage(entry: AuditEntry, host: string): string {
  const priority = facility * 8 + (entry.succeeded ? severities.succeeded : severities.failed);
  const header = [
    `<${priority}>1`,
    entry.time.toISOString(),
    headerField(host, 255),
    'breakwater',
    nil,
    headerField(eventTypeOf(entry), 32),
  ];
  return [...header, structured(entry), oneLine(entry.description)].join(' ');
}

function structured(entry: AuditEntry): string {
  const parameters = {
    operator: entry.username,
    operation: entry.operation,
    resourceType: entry.resourceType,
    resource: entry.resource,
    project: entry.projectId === null ? '' : String(entry.projectId),
    result: entry.succeeded ? 'success' : 'failure',
    address: entry.sourceAddress,
    userAgent: entry.userAgent,
  };
  const written = Object.entries(parameters).flatMap(([name, value]) => (value ? [`${name}="${escaped(value)}"`] : []));
  return `[${sdId} ${written.join(' ')}]`;
}

/** Section 6.3.3. Control characters may stand there, and would end the line of a receiver that splits at them. */
function escaped(value: string): string {
  return oneLine(value).replace(/["\\\]]/g, '\\$&');
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is replaced
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}

/** Printable ASCII without spaces. */
function headerField(text: string, most: number): string {
  return text.replace(/[^\u0021-\u007e]/g, '').slice(0, most) || nil;
}
