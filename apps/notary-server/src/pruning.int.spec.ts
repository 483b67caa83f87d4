import { targetOf } from '@breakwater/testing';
import { TrustPruning } from '@breakwater/trust';
import { NotaryUnderTest } from './testing/notary-under-test';

let notary: NotaryUnderTest;

beforeAll(async () => {
  notary = await NotaryUnderTest.start();
});
afterAll(() => notary?.stop());

const pruning = () => notary.servers[0]!.get(TrustPruning, { strict: false });
const day = 86_400_000;
const grace = () => new Date(Date.now() - 30 * day);
const roles = ['root', 'targets', 'snapshot', 'timestamp'];
const versions = async (gun: string) =>
  Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await notary.versions(gun, role)])));

/** One version a day, the newest of them today. */
async function published(gun: string, days: number) {
  const owner = await notary.initialised(gun);
  for (let version = 3; version < days + 2; version++)
    expect(
      (await notary.publish(gun, { targets: owner.targets({ v1: targetOf(`x${version}`) }, { version }) })).status,
    ).toBe(200);
  await notary.sql.query(
    `UPDATE trust_file AS f SET creation_time = now() - aged.days * interval '1 day'
     FROM (SELECT id, (SELECT count(*) FROM trust_file n WHERE n.gun = $1 AND n.role = o.role AND n.version > o.version) AS days
           FROM trust_file o WHERE gun = $1) AS aged WHERE aged.id = f.id`,
    [gun],
  );
  return owner;
}

async function pruneAll(before = grace()): Promise<number> {
  let pruned = 0;
  for (let after: string | undefined = ''; after !== undefined;) {
    const { guns, next } = await pruning().page(after, before);
    for (const gun of guns) for (let some; (some = await pruning().prune(gun, before)) > 0;) pruned += some;
    after = next;
  }
  return pruned;
}

it('what was replaced longer ago than the days that it stays goes; roots and what is in force stay', async () => {
  const gun = 'registry.example.com/library/pruned';
  const owner = await published(gun, 40);
  const keys = { snapshot: await notary.key(gun, 'snapshot'), timestamp: await notary.key(gun, 'timestamp') };
  expect((await notary.publish(gun, { root: owner.root(keys, { version: 2 }) })).status).toBe(200);
  await notary.sql.query(
    `UPDATE trust_file SET creation_time = now() - interval '9 years' WHERE gun = $1 AND role = 'root'`,
    [gun],
  );
  const before = await versions(gun);
  expect(await pruneAll()).toBeGreaterThan(20);
  const after = await versions(gun);
  expect(after.root).toEqual([1, 2]);
  for (const role of ['targets', 'snapshot', 'timestamp']) {
    expect(after[role]!.at(-1)).toBe(before[role]!.at(-1));
    // Replaced within the last 30 days, and the one in force.
    expect(after[role]!.length).toBeGreaterThanOrEqual(30);
    expect(after[role]!.length).toBeLessThan(before[role]!.length);
    expect(after[role]).toEqual(before[role]!.slice(-after[role]!.length));
  }
  for (const role of roles) expect((await notary.file(gun, `${role}.json`)).status).toBe(200);
  expect((await notary.file(gun, '1.root.json')).status).toBe(200);
  expect((await notary.file(gun, '2.targets.json')).status).toBe(404);
  expect(await pruneAll()).toBe(0);
});

it('what is in force stays whatever its age, and a delegation that nobody names any more is no obstacle', async () => {
  const gun = 'registry.example.com/library/old';
  await published(gun, 3);
  await notary.sql.query(`UPDATE trust_file SET creation_time = now() - interval '5 years' WHERE gun = $1`, [gun]);
  await pruneAll();
  expect(await versions(gun)).toMatchObject({ root: [1], targets: [4], snapshot: [3], timestamp: [3] });
  for (const role of roles) expect((await notary.file(gun, `${role}.json`)).status).toBe(200);
});

it('while others publish, readers find every file that the timestamp leads to', async () => {
  const gun = 'registry.example.com/library/busy';
  const owner = await published(gun, 5);
  let going = true;
  const prunings = (async () => {
    let pruned = 0;
    // The future: whatever was replaced goes at once.
    while (going) pruned += await pruneAll(new Date(Date.now() + day));
    return pruned;
  })();
  for (let version = 20; version < 45; version++) {
    const { status } = await notary.publish(gun, {
      targets: owner.targets({ v1: targetOf(`y${version}`) }, { version }),
    });
    expect(status).toBe(200);
  }
  going = false;
  expect(await prunings).toBeGreaterThan(10);
  for (const role of roles) expect((await notary.file(gun, `${role}.json`)).status).toBe(200);
  expect(await notary.versions(gun, 'root')).toEqual([1]);
});
