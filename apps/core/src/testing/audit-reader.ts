import { AuditSubscriber } from '@breakwater/audit';
import { OutboxRelay } from '@breakwater/events';
import type { TestCore } from './test-core';

interface Entry {
  username: string;
  operation: string;
  resource_type: string;
  resource: string;
  operation_result: boolean;
}

/** Reads the audit log as administrators do, after everything has come to it. */
export class AuditReader {
  constructor(private readonly core: TestCore) {}

  /** What the job service does all the time. */
  async relay(): Promise<void> {
    const audit = this.core.app.get(AuditSubscriber, { strict: false });
    const outbox = this.core.app.get(OutboxRelay, { strict: false });
    while ((await outbox.distribute([audit])) > 0);
    while ((await outbox.publish(audit)) > 0);
  }

  /** `admin create project made`, with `failed` where it did. */
  async entries(path = '/auditlog-exts'): Promise<string[]> {
    await this.relay();
    const { status, body } = await this.core.request('GET', `${path}?page_size=100&sort=op_time`, { as: 'admin' });
    expect(status).toBe(200);
    return (body as Entry[]).map(lineOf);
  }

  /** What the log tells of some work alone, which ends in that status. */
  async after(work: () => Promise<{ status: number }>, status: number): Promise<string[]> {
    await this.relay();
    await this.core.database.query('DELETE FROM audit_log');
    const answer = await work();
    expect(answer).toMatchObject({ status });
    return this.entries();
  }
}

const lineOf = ({ username, operation, resource_type: type, resource, operation_result: ok }: Entry): string =>
  [username, operation, type, resource, ...(ok ? [] : ['failed'])].join(' ');
