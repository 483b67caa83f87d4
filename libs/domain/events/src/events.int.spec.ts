import { ConfigModule, Database, DatabaseModule } from '@breakwater/platform';
import { createTestDatabase, type TestDatabase } from '@breakwater/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventsModule } from './events.module';
import { Outbox } from './outbox';
import { OutboxRelay, type PublishedEvent } from './outbox-relay';
import { Partitions } from './partitions';

@Module({})
class BenchModule {}

let testDatabase: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  for (let replica = 0; replica < 2; replica++) {
    const imports = [
      ConfigModule.forRoot({}),
      DatabaseModule.forRoot({ DATABASE_URL: testDatabase.url, DATABASE_POOL_SIZE: 6 }),
      EventsModule,
    ];
    apps.push(
      await NestFactory.createApplicationContext(
        { module: BenchModule, imports },
        { logger: false, abortOnError: false },
      ),
    );
  }
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await testDatabase.drop();
});

const of = <T>(type: new (...args: never[]) => T, replica = 0): T => apps[replica]!.get(type, { strict: false });
const database = () => of(Database);

const event = (tag: string) => ({
  topic: 'tag.deleted' as const,
  key: 'library/app',
  payload: {
    projectId: 1,
    repositoryId: 1,
    repository: 'library/app',
    actor: { name: 'admin', address: '', userAgent: '' },
    digest: 'sha256:x',
    tag,
  },
});
const tagsOf = (events: PublishedEvent[]) => events.map(({ payload }) => (payload as { tag: string }).tag);

describe('the outbox', () => {
  const relay = (replica = 0) => of(OutboxRelay, replica);
  const add = (...tags: string[]) => Promise.all(tags.map((tag) => of(Outbox).add(event(tag))));

  beforeEach(() => database().query('DELETE FROM outbox'));

  it('keeps an event with its transaction, and drops it with it', async () => {
    await expect(
      database().transaction(async () => {
        await of(Outbox).add(event('lost'));
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await database().transaction(() => of(Outbox).add(event('kept')));
    const heard: string[] = [];
    await relay().relay([async (events) => void heard.push(...tagsOf(events))]);
    expect(heard).toEqual(['kept']);
  });

  it('takes no event of another shape', async () => {
    await expect(of(Outbox).add({ ...event('x'), payload: { tag: 'x' } as never })).rejects.toThrow();
    expect(await relay().lag()).toEqual({ waiting: 0, ageSeconds: 0 });
  });

  it('is published in order, in batches, and emptied', async () => {
    for (let i = 0; i < 25; i++) await add(String(i));
    expect(await relay().lag()).toMatchObject({ waiting: 25, ageSeconds: expect.any(Number) });
    const heard: string[][] = [];
    const subscriber = async (events: PublishedEvent[]) => void heard.push(tagsOf(events));
    const counts = [];
    for (let i = 0; i < 4; i++) counts.push(await relay().relay([subscriber], 10));
    expect(counts).toEqual([10, 10, 5, 0]);
    expect(heard.flat()).toEqual(Array.from({ length: 25 }, (_, i) => String(i)));
    expect(await relay().lag()).toEqual({ waiting: 0, ageSeconds: 0 });
  });

  it('keeps what a subscriber did not take, and tells everybody again', async () => {
    await add('a', 'b');
    const first: string[] = [];
    const second: string[] = [];
    let broken = true;
    const subscribers = [
      async (events: PublishedEvent[]) => void first.push(...tagsOf(events)),
      async (events: PublishedEvent[]) => {
        if (broken) throw new Error('not now');
        second.push(...tagsOf(events));
      },
    ];
    await expect(relay().relay(subscribers)).rejects.toThrow('not now');
    broken = false;
    expect(await relay().relay(subscribers)).toBe(2);
    expect(second.sort()).toEqual(['a', 'b']);
    expect(first).toHaveLength(4);
  });

  it('has one relay at a time', async () => {
    await add('one');
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let started = () => undefined as void;
    const working = new Promise<void>((resolve) => (started = resolve));
    const slow = relay(0).relay([
      async () => {
        started();
        await held;
      },
    ]);
    await working;
    expect(await relay(1).relay([() => Promise.reject(new Error('must not be asked'))])).toBe(0);
    release();
    expect(await slow).toBe(1);
  });

  it('is published once by many relays while events come in', async () => {
    const heard: string[] = [];
    const subscriber = async (events: PublishedEvent[]) => void heard.push(...tagsOf(events));
    const writing = (async () => {
      for (let i = 0; i < 60; i++) await add(String(i));
    })();
    const relaying = [0, 1].map(async (replica) => {
      for (let round = 0; round < 40; round++) await relay(replica).relay([subscriber], 5);
    });
    await Promise.all([writing, ...relaying]);
    while ((await relay().relay([subscriber])) > 0);
    expect(heard).toEqual(Array.from({ length: 60 }, (_, i) => String(i)));
  });
});

describe('partitions', () => {
  const partitions = async () => {
    const rows = await database().query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = 'audit_log' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  const log = (time: string) =>
    database().query(
      `INSERT INTO audit_log (op_time, username, operation, resource_type, resource) VALUES ($1, 'admin', 'create', 'artifact', 'x') RETURNING tableoid::regclass::text AS name`,
      [time],
    ) as Promise<{ name: string }[]>;

  it('are made for this month and three more, across the year', async () => {
    const made = await of(Partitions).createAhead(3, new Date('2030-11-30T23:59:59Z'));
    expect(made).toEqual(['audit_log_2030_11', 'audit_log_2030_12', 'audit_log_2031_01', 'audit_log_2031_02']);
    expect(await partitions()).toEqual(expect.arrayContaining(made));
    expect(await of(Partitions).createAhead(3, new Date('2030-11-01T00:00:00Z'))).toEqual([]);
    expect(await of(Partitions).createAhead(3, new Date('2030-12-01T00:00:00Z'))).toEqual(['audit_log_2031_03']);
  });

  it('hold their month, and the default one the rest', async () => {
    for (const [time, name] of [
      ['2030-11-01T00:00:00Z', 'audit_log_2030_11'],
      ['2030-11-30T23:59:59.999Z', 'audit_log_2030_11'],
      ['2030-12-01T00:00:00Z', 'audit_log_2030_12'],
      ['2040-01-01T00:00:00Z', 'audit_log_default'],
    ] as const)
      expect(await log(time)).toEqual([{ name }]);
  });

  it('leave a month alone whose rows are in the default partition', async () => {
    await log('2041-02-10T00:00:00Z');
    const made = await of(Partitions).createAhead(2, new Date('2041-01-15T00:00:00Z'));
    expect(made).toEqual(['audit_log_2041_01', 'audit_log_2041_03']);
    expect(await log('2041-02-11T00:00:00Z')).toEqual([{ name: 'audit_log_default' }]);
  });

  it('are made once by two replicas at once', async () => {
    const from = new Date('2050-01-01T00:00:00Z');
    const made = await Promise.all([0, 1, 0, 1].map((replica) => of(Partitions, replica).createAhead(5, from)));
    expect(new Set(made.flat()).size).toBeGreaterThan(0);
    expect((await partitions()).filter((name) => name.startsWith('audit_log_2050'))).toHaveLength(6);
  });
});
