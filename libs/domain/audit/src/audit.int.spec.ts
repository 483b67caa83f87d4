import type { EventActor } from '@breakwater/contracts';
import { Outbox, OutboxRelay, type EventSubscriber } from '@breakwater/events';
import { Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AuditForwarder } from './audit-forwarder';
import { AuditModule } from './audit.module';
import { AuditSubscriber } from './audit-subscriber';
import { AuditTrail } from './audit-trail';

const allowed = { AUDIT_LOG_ALLOWED_NETWORKS: ['127.0.0.1'] };
let testDatabase: TestDatabase;
let app: INestApplicationContext;

beforeAll(async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  testDatabase = await createTestDatabase();
  app = await startTestModules(testDatabase.url, { imports: [AuditModule] }, allowed);
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

const of = <T>(type: new (...args: never[]) => T): T => app.get(type, { strict: false });
const sql = <T>(text: string, values: unknown[] = []): Promise<T[]> => of(Database).query<T>(text, values);
const actor: EventActor = { name: 'alice', address: '192.0.2.7', userAgent: 'curl/8' };
const defaults = {
  disabled_audit_log_event_types: '',
  audit_log_forward_endpoint: '',
  skip_audit_log_database: false,
  pull_audit_log_disable: false,
};

beforeEach(async () => {
  await of(SettingsService).update(defaults);
  for (const table of ['outbox', 'outbox_delivery', 'audit_log']) await sql(`DELETE FROM ${table}`);
});

const pulled = (tag: string) => ({
  topic: 'artifact.pulled' as const,
  key: 'library/app',
  payload: { projectId: 1, project: 'library', actor, repository: 'library/app', digest: 'sha256:x', tag },
});

async function relay(subscriber: EventSubscriber = of(AuditSubscriber)): Promise<void> {
  while ((await of(OutboxRelay).distribute([subscriber])) > 0);
  while ((await of(OutboxRelay).publish(subscriber)) > 0);
}

const log = async () =>
  (
    await sql<{ line: string }>(
      `SELECT concat_ws(' ', username, operation, resource_type, resource, operation_result, project_id, source_address, user_agent) AS line
       FROM audit_log ORDER BY id`,
    )
  ).map(({ line }) => line);

describe('AuditTrail', () => {
  const action = { event: 'create_user' as const, resource: 'bob' };

  it('notes what was done in the transaction that did it', async () => {
    await of(AuditTrail).around(
      actor,
      () => action,
      () => sql(`INSERT INTO user_account (username, password_hash) VALUES ('bob', '')`),
    );
    await relay();
    expect(await log()).toEqual(['alice create user bob t 192.0.2.7 curl/8']);
  });

  it('notes what failed without its effects, and throws what it threw', async () => {
    const failing = of(AuditTrail).around(
      actor,
      () => ({ ...action, resource: 'carl', projectId: 7 }),
      async () => {
        await sql(`INSERT INTO user_account (username, password_hash) VALUES ('carl', '')`);
        throw new Error('no');
      },
    );
    await expect(failing).rejects.toThrow('no');
    await relay();
    expect(await log()).toEqual(['alice create user carl f 7 192.0.2.7 curl/8']);
    expect(await sql(`SELECT FROM user_account WHERE username = 'carl'`)).toEqual([]);
  });

  it('keeps what is too long for the log short', async () => {
    await of(AuditTrail).record(actor, { event: 'login_user', resource: 'x'.repeat(5_000) }, false);
    await relay();
    expect((await log())[0]).toBe(`alice login user ${'x'.repeat(1_024)} f 192.0.2.7 curl/8`);
  });
});

describe('AuditSubscriber', () => {
  it('has every event once, however the relay fails', async () => {
    await of(Outbox).add(pulled('v1'));
    const audit = of(AuditSubscriber);
    await of(OutboxRelay).distribute([audit]);
    const failing: EventSubscriber = {
      ...audit,
      hear: async (events) => {
        await audit.hear(events as never);
        throw new Error('died');
      },
    };
    await expect(of(OutboxRelay).publish(failing)).rejects.toThrow('died');
    await relay();
    expect(await log()).toEqual(['alice pull artifact library/app:v1 t 1 192.0.2.7 curl/8']);
  });

  it('leaves out the types that are disabled, and pulls where they are not kept', async () => {
    await of(SettingsService).update({ disabled_audit_log_event_types: 'login_user, create_tag' });
    const trail = of(AuditTrail);
    await trail.record(actor, { event: 'login_user', resource: 'alice' });
    await trail.record(actor, { event: 'logout_user', resource: 'alice' });
    await of(Outbox).add(pulled('v1'));
    await relay();
    await of(SettingsService).update({ pull_audit_log_disable: true });
    await of(Outbox).add(pulled('v2'));
    await relay();
    expect(await log()).toEqual([
      'alice logout user alice t 192.0.2.7 curl/8',
      'alice pull artifact library/app:v1 t 1 192.0.2.7 curl/8',
    ]);
  });
});

describe('forwarding', () => {
  let receiver: Server;
  let sockets: Socket[];
  let received: Buffer;

  beforeEach(async () => {
    sockets = [];
    received = Buffer.alloc(0);
    receiver = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).on('data', (data) => (received = Buffer.concat([received, data])));
    });
    await listen(0);
  });
  afterEach(() => hangUp());

  async function listen(port: number, host = '127.0.0.1'): Promise<void> {
    receiver.listen(port, host);
    await once(receiver, 'listening');
  }

  async function hangUp(): Promise<void> {
    const closed = receiver.listening ? once(receiver, 'close') : undefined;
    receiver.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const address = () => `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const entry = (resource: string) => ({
    ...{ projectId: null, username: 'x', operation: 'update', resourceType: 'project', resource, description: '' },
    ...{ succeeded: true, sourceAddress: '', userAgent: '', time: new Date() },
  });
  const add = (resource: string) => of(AuditTrail).record(actor, { event: 'update_project', resource });

  /** The messages of the frames that came so far. */
  function messages(): string[] {
    const found: string[] = [];
    for (let rest = received; rest.length > 0;) {
      const space = rest.indexOf(' ');
      const length = Number(rest.subarray(0, space));
      found.push(rest.subarray(space + 1, space + 1 + length).toString());
      rest = rest.subarray(space + 1 + length);
    }
    return found;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  it('sends each entry in a frame of its own, in order', async () => {
    await of(SettingsService).update({ audit_log_forward_endpoint: address() });
    for (const name of ['one', 'two', 'three']) await add(name);
    await relay();
    await until(() => messages().length === 3);
    expect(messages().map((message) => /resource="(\w+)"/.exec(message)?.[1])).toEqual(['one', 'two', 'three']);
    expect(await log()).toHaveLength(3);
  });

  it('may take the place of the database, but not while the receiver is away', async () => {
    const there = address();
    await of(SettingsService).update({ audit_log_forward_endpoint: there, skip_audit_log_database: true });
    await add('sent');
    await relay();
    await until(() => messages().length === 1);
    expect(await log()).toEqual([]);
    await hangUp();
    // The first attempt finds out.
    await add('found-out');
    await relay();
    await until(() => !of(AuditForwarder).takes(there));
    await add('kept');
    await relay();
    expect(await log()).toEqual([expect.stringContaining('kept')]);
    received = Buffer.alloc(0);
    await listen(Number(there.split(':')[1]));
    await until(() => messages().length === 2);
    expect(messages().map((message) => /resource="([\w-]+)"/.exec(message)?.[1])).toEqual(['found-out', 'kept']);
  });

  it('without an address of a receiver skips nothing', async () => {
    for (const endpoint of ['not an address', '']) {
      const change = { audit_log_forward_endpoint: endpoint, skip_audit_log_database: true };
      await expect(of(SettingsService).update(change)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    await add('kept');
    await relay();
    expect(await log()).toHaveLength(1);
  });

  it('holds a bounded number of entries, drops the oldest, and never makes anybody wait', async () => {
    const forwarder = new AuditForwarder(allowed);
    const closed = address();
    await hangUp();
    for (let i = 0; i < 12; i++)
      forwarder.offer(
        closed,
        Array.from({ length: 1_000 }, (_, n) => entry(`${i}-${n}`)),
      );
    await until(() => !forwarder.takes(closed));
    expect(forwarder.dropped).toBe(2_000);
    await listen(Number(closed.split(':')[1]));
    await until(() => forwarder.forwarded === 10_000);
    await until(() => messages().length === 10_000);
    expect(messages()[0]).toContain('resource="2-0"');
    await forwarder.onApplicationShutdown();
  });

  describe('without leave', () => {
    const refusal = () =>
      jest.mocked(Logger.prototype.warn).mock.calls.flatMap(([context]) => {
        const { err, address: refused } = context as unknown as { err?: Error; address?: string };
        return err ? [`${refused}: ${err.message}`] : [];
      });
    // Each takes its time to end while something waits to be sent.
    const forwarders: AuditForwarder[] = [];
    const opened = (forwarder: AuditForwarder) => (forwarders.push(forwarder), forwarder);
    afterAll(() => Promise.all(forwarders.map((forwarder) => forwarder.onApplicationShutdown())));

    beforeEach(async () => {
      jest.mocked(Logger.prototype.warn).mockClear();
      await hangUp();
      await listen(0, '::');
    });

    it.each([
      ...['127.0.0.1', '127.0.0.2', 'localhost', '127.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '0.0.0.0', '0'],
      ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:1]', '[::127.0.0.1]'],
      ...['169.254.169.254', '[fe80::1]', '[fd00:ec2::254]', '100.100.100.200', '168.63.129.16', '224.0.0.1'],
    ])('sends nothing to %s', async (host) => {
      const forwarder = opened(new AuditForwarder({}));
      const there = `${host}:${(receiver.address() as AddressInfo).port}`;
      forwarder.offer(there, [entry('secret')]);
      await until(() => !forwarder.takes(there));
      expect(refusal()).toEqual([`${there}: ${bare(host)} is an internal address: ${variable} does not allow it`]);
      expect(sockets).toEqual([]);
    });

    it('keeps what it could not send for a receiver that may have it', async () => {
      const forwarder = opened(new AuditForwarder(allowed));
      const { port } = receiver.address() as AddressInfo;
      forwarder.offer(`127.0.0.2:${port}`, [entry('first')]);
      await until(() => !forwarder.takes(`127.0.0.2:${port}`));
      forwarder.offer(`127.0.0.1:${port}`, [entry('second')]);
      await until(() => messages().length === 2);
      expect(sockets.map(({ localAddress }) => localAddress)).toEqual(['::ffff:127.0.0.1']);
    });

    const variable = 'AUDIT_LOG_ALLOWED_NETWORKS';
    const bare = (host: string) => host.replace(/^\[|\]$/g, '');
  });
});
