import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, codesOf, expectStatus, Repository } from './client.mjs';
import { imageLoad } from './image-load.mjs';
import { startLab } from './lab.mjs';
import { startLoad } from './load.mjs';
import { managementLoad } from './management-load.mjs';

jest.setTimeout(240_000);

/** Servers go away under real processes, which must answer clearly meanwhile and go on without a restart. */
let lab: Awaited<ReturnType<typeof startLab>>;
let api: Api;
let repository: Repository;
let pids: (number | undefined)[];

const processes = () => [...lab.registries, ...lab.cores].map(({ pid }) => pid);

beforeAll(async () => {
  lab = await startLab({ registries: 2, cores: 1 });
  api = new Api(lab.cores[0]!.url, lab.admin);
  await api.makeProject('outage');
  repository = new Repository(lab.registries[0]!.url, 'outage/app', await api.token('outage/app'));
  pids = processes();
});
afterEach(() => expect(processes()).toEqual(pids));
afterAll(() => lab?.stop());

describe('without Redis', () => {
  const everything = async (label: string) => {
    const pushed = await repository.pushImage(label, [randomBytes(50_000)]);
    expect(await repository.verify(label)).toBe(pushed);
    expect((await api.call('GET', '/users/current')).status).toBe(200);
    expectStatus(await api.askToken('outage/app:pull'), 200);
    expectStatus(await repository.send('DELETE', `manifests/${label}`), 202);
  };

  it('pushes, pulls, deletes and logins go on, and it comes back unasked', async () => {
    await everything('redis-there');
    await lab.redis.kill();
    await everything('redis-killed');
    await lab.redis.start();
    await everything('redis-back');
  });

  it('they go on while it hangs as well', async () => {
    lab.redis.pause();
    try {
      for (let round = 0; round < 5; round++) await everything(`redis-hangs-${round}`);
    } finally {
      lab.redis.resume();
    }
    await everything('redis-goes-on');
  });

  it('counts pulls again when it is back', async () => {
    await lab.redis.restart();
    await repository.pushImage('counted', [Buffer.from('counted')]);
    await expect(untilCounted()).resolves.toBeUndefined();
  });

  /** A pull's count reaches Redis within a second or two of its being back. */
  async function untilCounted(): Promise<void> {
    const { default: Redis } = await import('ioredis');
    const redis = new Redis(lab.redisUrl);
    try {
      for (let attempt = 0; attempt < 40; attempt++) {
        expectStatus(await repository.send('GET', 'manifests/counted'), 200);
        if ((await redis.keys('*pull*')).length > 0) return;
        await sleep(250);
      }
      throw new Error('no pull was counted');
    } finally {
      redis.disconnect();
    }
  }
});

describe('Postgres restarted under load', () => {
  const ways = [
    ['in order', () => lab.postgres.stop()],
    ['after a crash', () => lab.postgres.kill()],
  ] as const;

  async function restartUnder(load: ReturnType<typeof startLoad>, end: () => Promise<void>): Promise<void> {
    await sleep(2_000);
    await end();
    await sleep(3_000);
    await lab.postgres.start();
    await load.untilWell();
    await load.stop();
    expect(load.unclear).toEqual([]);
    expect(load.refused).toBeGreaterThan(0);
  }

  it.each(ways)('%s: 503 while it is away, then everything acknowledged is there', async (name, end) => {
    const images = await imageLoad({ lab, project: 'outage', label: name.replaceAll(' ', '-') });
    await restartUnder(startLoad({ workers: 8, round: images.round }), end);
    expect(await images.verify()).toBeGreaterThan(0);
  });

  it.each(ways)('%s: no change of the management API is lost, and none is there by half', async (name, end) => {
    const changes = managementLoad({ lab, label: `managed-${name.replaceAll(' ', '-')}` });
    await restartUnder(startLoad({ workers: 8, round: changes.round }), end);
    expect(await changes.verify()).toBeGreaterThan(0);
  });

  it('says 503 with Retry-After and an envelope, on every surface', async () => {
    await lab.postgres.stop();
    try {
      const answers = [
        await repository.send('GET', 'manifests/never-seen'),
        await repository.send('POST', 'blobs/uploads/'),
        await api.call('GET', '/projects'),
        await api.askToken('outage/app:pull'),
      ];
      for (const answer of answers) {
        expect([answer.status, codesOf(answer)]).toEqual([503, ['UNAVAILABLE']]);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
    } finally {
      await lab.postgres.start();
    }
    await repository.pushImage('after', [randomBytes(1_000)]);
  });
});
