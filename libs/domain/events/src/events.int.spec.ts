import { Database } from '@breakwater/platform';
import { createTestDatabase, startTestModules, type TestDatabase } from '@breakwater/testing';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { EventsModule } from './events.module';
import { Outbox } from './outbox';
import type { EventSubscriber, PublishedEvent } from './event-subscriber';
import { OutboxRelay } from './outbox-relay';
import { Partitions } from './partitions';

let testDatabase: TestDatabase;
const apps: INestApplicationContext[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  for (let replica = 0; replica < 2; replica++)
    apps.push(await startTestModules(testDatabase.url, { imports: [EventsModule] }, { DATABASE_POOL_SIZE: 6 }));
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
    actor: { name: 'admin', address: '192.0.2.7', userAgent: '' },
    digest: 'sha256:x',
    tag,
  },
});
const tagsOf = (events: PublishedEvent[]) => events.map(({ payload }) => (payload as { tag: string }).tag);

/** Notes what it hears, and fails as it is told. */
function listener(name: string, lock: number, fails: (tags: string[]) => boolean = () => false) {
  const batches: string[][] = [];
  const subscriber: EventSubscriber = {
    name,
    lock,
    topics: ['tag.deleted'],
    hear: async (events) => {
      if (fails(tagsOf(events))) throw new Error('not now');
      batches.push(tagsOf(events));
    },
  };
  return { ...subscriber, batches, heard: () => batches.flat() };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe('the outbox', () => {
  const quiet = [
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined),
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined),
  ];
  afterAll(() => quiet.forEach((spy) => spy.mockRestore()));
  const relay = (replica = 0) => of(OutboxRelay, replica);
  const add = (...tags: string[]) => Promise.all(tags.map((tag) => of(Outbox).add(event(tag))));
  const drain = async (subscriber: EventSubscriber) => {
    while ((await relay().distribute([subscriber])) > 0);
    while ((await relay().publish(subscriber)) > 0);
  };

  beforeEach(async () => {
    await database().query('DELETE FROM outbox');
    await database().query('DELETE FROM outbox_delivery');
  });

  it('keeps an event with its transaction, and drops it with it', async () => {
    await expect(
      database().transaction(async () => {
        await of(Outbox).add(event('lost'));
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await database().transaction(() => of(Outbox).add(event('kept')));
    const one = listener('one', 11);
    await drain(one);
    expect(one.heard()).toEqual(['kept']);
  });

  it('takes no event of another shape', async () => {
    await expect(of(Outbox).add({ ...event('x'), payload: { tag: 'x' } as never })).rejects.toThrow();
    expect(await relay().lag()).toEqual({ waiting: 0, ageSeconds: 0 });
  });

  it('is published in order, in batches, and emptied', async () => {
    for (const tag of numbers(25)) await add(tag);
    expect(await relay().lag()).toMatchObject({ waiting: 25, ageSeconds: expect.any(Number) });
    const one = listener('one', 11);
    const moved = [];
    for (let i = 0; i < 4; i++) moved.push(await relay().distribute([one], 10));
    expect(moved).toEqual([10, 10, 5, 0]);
    expect(await relay().lagOfSubscribers()).toEqual([
      { subscriber: 'one', waiting: 25, ageSeconds: expect.any(Number) },
    ]);
    const told = [];
    for (let i = 0; i < 4; i++) told.push(await relay().publish(one, 10));
    expect(told).toEqual([10, 10, 5, 0]);
    expect(one.heard()).toEqual(numbers(25));
    expect(await relay().lag()).toEqual({ waiting: 0, ageSeconds: 0 });
    expect(await relay().lagOfSubscribers()).toEqual([]);
  });

  it('tells nobody of topics that they did not ask for', async () => {
    await add('a');
    const other = { ...listener('other', 12), topics: ['artifact.pushed'] as const };
    const one = listener('one', 11);
    await relay().distribute([one, other]);
    expect(await relay().publish(other)).toBe(0);
    expect(await relay().publish(one)).toBe(1);
  });

  it('does not let a subscriber that fails or is slow hold another', async () => {
    await add('a');
    await add('b');
    const broken = listener('broken', 11, () => true);
    const well = listener('well', 12);
    await relay().distribute([broken, well]);
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = { ...listener('slow', 13), hear: () => held };
    await add('c');
    await relay().distribute([broken, well, slow]);
    const waiting = relay().publish(slow);
    await expect(relay().publish(broken)).rejects.toThrow('not now');
    expect(await relay().publish(well)).toBe(3);
    expect(well.heard()).toEqual(['a', 'b', 'c']);
    expect(await relay().lagOfSubscribers()).toContainEqual(
      expect.objectContaining({ subscriber: 'broken', waiting: 3 }),
    );
    release();
    expect(await waiting).toBe(1);
  });

  it('tells one by one what could not be taken together, and none out of turn', async () => {
    for (const tag of ['a', 'b', 'bad', 'c']) await add(tag);
    let badly = true;
    const one = listener('one', 11, (tags) => badly && tags.includes('bad'));
    await relay().distribute([one]);
    expect(await relay().publish(one)).toBe(1);
    expect(await relay().publish(one)).toBe(1);
    await expect(relay().publish(one)).rejects.toThrow('not now');
    expect(one.heard()).toEqual(['a', 'b']);
    badly = false;
    expect(await relay().publish(one)).toBe(2);
    expect(one.heard()).toEqual(['a', 'b', 'bad', 'c']);
  });

  it('writes what a subscriber writes once, with the event taken off the queue', async () => {
    await add('a');
    let dies = true;
    const one: EventSubscriber = {
      ...listener('one', 11),
      hear: async () => {
        await database().query(`INSERT INTO setting (key, value) VALUES ('heard', '1')`);
        if (dies) throw new Error('died after its effect');
      },
    };
    await relay().distribute([one]);
    await expect(relay().publish(one)).rejects.toThrow('died after its effect');
    expect(await database().query(`SELECT 1 FROM setting WHERE key = 'heard'`)).toEqual([]);
    dies = false;
    expect(await relay().publish(one)).toBe(1);
    expect(await relay().publish(one)).toBe(0);
    expect(await database().query(`SELECT 1 FROM setting WHERE key = 'heard'`)).toHaveLength(1);
  });

  it('drops what nobody can read', async () => {
    await database().query(`INSERT INTO outbox (topic, key, payload) VALUES ('tag.deleted', 'k', '{}')`);
    await add('a');
    const one = listener('one', 11);
    await relay().distribute([one]);
    expect(await relay().publish(one)).toBe(2);
    expect(one.heard()).toEqual(['a']);
  });

  it('hears an event that committed late, below others that were heard of', async () => {
    let commit = () => undefined as void;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let written = () => undefined as void;
    const inserted = new Promise<void>((resolve) => (written = resolve));
    const late = database().transaction(async () => {
      await of(Outbox).add(event('late'));
      written();
      await held;
    });
    await inserted;
    await add('early');
    const one = listener('one', 11);
    await drain(one);
    commit();
    await late;
    await drain(one);
    expect(one.heard()).toEqual(['early', 'late']);
  });

  it('is told by one replica at a time', async () => {
    await add('a');
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let started = () => undefined as void;
    const working = new Promise<void>((resolve) => (started = resolve));
    const one = {
      ...listener('one', 11),
      hear: async () => {
        started();
        await held;
      },
    };
    await relay(0).distribute([one]);
    const slow = relay(0).publish(one);
    await working;
    expect(await relay(1).publish(one)).toBe(0);
    release();
    expect(await slow).toBe(1);
  });

  it('is published once by many relays while events come in', async () => {
    const one = listener('one', 11);
    const writing = (async () => {
      for (const tag of numbers(60)) await add(tag);
    })();
    const relaying = [0, 1].map(async (replica) => {
      for (let round = 0; round < 40; round++) {
        await relay(replica).distribute([one], 5);
        await relay(replica).publish(one, 5);
      }
    });
    await Promise.all([writing, ...relaying]);
    await drain(one);
    expect(one.heard()).toEqual(numbers(60));
  });
});

describe('partitions', () => {
  /** Of every partitioned table the same; the audit log's are looked at. */
  const createAhead = async (months: number, from: Date) =>
    (await of(Partitions).createAhead(months, from)).filter((name) => name.startsWith('audit_log'));
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
    const made = await createAhead(3, new Date('2030-11-30T23:59:59Z'));
    expect(made).toEqual(['audit_log_2030_11', 'audit_log_2030_12', 'audit_log_2031_01', 'audit_log_2031_02']);
    expect(await partitions()).toEqual(expect.arrayContaining(made));
    expect(await createAhead(3, new Date('2030-11-01T00:00:00Z'))).toEqual([]);
    expect(await createAhead(3, new Date('2030-12-01T00:00:00Z'))).toEqual(['audit_log_2031_03']);
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
    const made = await createAhead(2, new Date('2041-01-15T00:00:00Z'));
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
