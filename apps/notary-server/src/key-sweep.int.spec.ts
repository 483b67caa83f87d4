import { SettingsService } from '@breakwater/settings';
import { targetOf } from '@breakwater/testing';
import { TrustData } from '@breakwater/trust';
import { KeySweeping } from './refresh/key-sweeping';
import { NotaryUnderTest } from './testing/notary-under-test';

let notary: NotaryUnderTest;
let serial = 0;

beforeAll(async () => {
  notary = await NotaryUnderTest.start({
    EXTERNAL_HOSTS: 'registry.example.com,mirror.example.com',
    NOTARY_KEY_SWEEP_SECONDS: '86400',
  });
});
afterAll(() => notary?.stop());

const newGun = (): string => `registry.example.com/library/swept-${++serial}`;
const sweep = (replica = 0) => notary.servers[replica]!.get(KeySweeping, { strict: false }).round();
const data = () => notary.servers[0]!.get(TrustData, { strict: false });

/** Key ids of the GUN that the signer holds, by role. */
async function held(gun: string): Promise<Record<string, string[]>> {
  const { rows } = await notary.sql.query<{ role: string; ids: string[] }>(
    'SELECT role, array_agg(key_id ORDER BY creation_time) AS ids FROM signer_key WHERE gun = $1 GROUP BY role',
    [gun],
  );
  return Object.fromEntries(rows.map(({ role, ids }) => [role, ids]));
}

/** As if the signer had not heard of its keys for so many days; those that nobody used were not used then either. */
const age = (gun: string, days: number) =>
  notary.sql.query(
    `UPDATE signer_key SET creation_time = creation_time - $2::interval, offered_time = offered_time - $2::interval,
       last_used_time = last_used_time - $2::interval WHERE gun = $1`,
    [gun, `${days} days`],
  );
const removals = async (): Promise<string[]> =>
  (await notary.sql.query<{ gun: string }>('SELECT gun FROM trust_key_removal ORDER BY gun')).rows.map(
    ({ gun }) => gun,
  );
const removeTrust = (gun: string) => notary.ask('DELETE', `/v2/${gun}/_trust/tuf/`, { may: ['*'] });

describe('keys of trust data that was deleted', () => {
  it('follow it, and what begins anew has new ones', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    const before = await held(gun);
    expect((await removeTrust(gun)).status).toBe(200);
    expect(await removals()).toEqual([gun]);
    await sweep();
    expect(await held(gun)).toEqual({});
    expect(await removals()).toEqual([]);
    await notary.initialised(gun);
    expect((await held(gun)).timestamp).not.toEqual(before.timestamp);
    await sweep();
    expect((await notary.file(gun, 'timestamp.json')).status).toBe(200);
  });

  it('stay when somebody has begun anew before they could go', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    await removeTrust(gun);
    // Told of, and not published yet; then published, and only then the sweep comes.
    const waiting = (await notary.key(gun, 'timestamp')) && (await held(gun));
    await sweep();
    expect((await held(gun)).timestamp).toEqual(waiting.timestamp!.slice(-1));
    const owner = await notary.initialised(gun);
    await removeTrust(gun);
    await notary.initialised(gun);
    await sweep();
    const { roles } = (JSON.parse((await notary.file(gun, 'root.json')).text) as Root).signed;
    const { timestamp, snapshot } = await held(gun);
    expect([timestamp, snapshot]).toEqual([roles.timestamp!.keyids, roles.snapshot!.keyids]);
    // The root is the one that came after the removal.
    expect(roles.root!.keyids).not.toEqual(owner.rootKeys.map(({ id }) => id));
  });

  it('are removed later when the signer is away', async () => {
    const gun = newGun();
    await notary.initialised(gun);
    await notary.addServer({ NOTARY_SIGNER_URL: 'http://127.0.0.1:9' });
    await removeTrust(gun);
    await expect(sweep(1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await removals()).toEqual([gun]);
    await sweep(0);
    expect([await removals(), await held(gun)]).toEqual([[], {}]);
  });
});

interface Root {
  signed: { roles: Record<string, { keyids: string[] }> };
}

describe('keys that no root names', () => {
  it('go when nobody was told of them for long; those that a root names never do', async () => {
    const gun = newGun();
    const owner = await notary.initialised(gun);
    const named = await held(gun);
    // A rotation that nobody finished, and one that was.
    const snapshot = await notary.key(gun, 'snapshot');
    const next = await notary.key(gun, 'timestamp', 'POST');
    expect(
      (await notary.publish(gun, { root: owner.root({ snapshot, timestamp: next }, { version: 2 }) })).status,
    ).toBe(200);
    await notary.key(gun, 'snapshot', 'POST');
    const all = await held(gun);
    expect([all.timestamp!.length, all.snapshot!.length]).toEqual([2, 2]);
    await age(gun, 29);
    await sweep();
    expect(await held(gun)).toEqual(all);
    await age(gun, 2);
    await sweep();
    expect(await held(gun)).toEqual({ snapshot: named.snapshot, timestamp: all.timestamp!.slice(1) });
    expect(
      (await notary.publish(gun, { targets: owner.targets({ v1: targetOf('one') }, { version: 9 }) })).status,
    ).toBe(200);
  });

  it('are new again when somebody is told of them, and wait for the publication', async () => {
    const gun = newGun();
    await notary.key(gun, 'timestamp');
    await notary.key(gun, 'snapshot');
    await age(gun, 400);
    const waiting = await held(gun);
    // The same keys, for somebody who comes a year later.
    await notary.key(gun, 'timestamp');
    await sweep();
    expect(await held(gun)).toEqual({ timestamp: waiting.timestamp });
  });

  it('go as the setting says', async () => {
    const gun = newGun();
    await notary.key(gun, 'timestamp');
    await age(gun, 20);
    const settings = notary.servers[0]!.get(SettingsService, { strict: false });
    await settings.update({ trust_data_retention_days: 10 });
    await sweep();
    expect(await held(gun)).toEqual({});
    await settings.update({ trust_data_retention_days: 30 });
  });
});

describe('at the same time', () => {
  /** Every row that belongs to the GUN, or none at all. */
  async function stateOf(gun: string) {
    const { rows } = await notary.sql.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM trust_repository WHERE gun = $1)::int AS repositories,
         (SELECT count(DISTINCT role) FROM trust_file WHERE gun = $1)::int AS roles,
         (SELECT count(*) FROM trust_target WHERE gun = $1)::int AS targets`,
      [gun],
    );
    return rows[0];
  }

  it('publications and sweeps: no publication loses its key', async () => {
    const guns = Array.from({ length: 4 }, newGun);
    let going = true;
    const sweeping = (async () => {
      while (going) await sweep();
    })();
    for (let round = 0; round < 6; round++)
      await Promise.all(
        guns.map(async (gun) => {
          // Idle for a year, until the client that publishes now is told of them.
          await age(gun, 400);
          await notary.initialised(gun);
          expect((await removeTrust(gun)).status).toBe(200);
        }),
      );
    await Promise.all(guns.map((gun) => notary.initialised(gun)));
    going = false;
    await sweeping;
    await sweep();
    for (const gun of guns) expect((await notary.file(gun, 'timestamp.json')).status).toBe(200);
  });

  it('a repository that is deleted and one that publishes: all of it, or nothing; and nobody waits for ever', async () => {
    const repository = `library/swept-${++serial}`;
    const guns = ['registry.example.com', 'mirror.example.com'].map((host) => `${host}/${repository}`);
    for (let round = 0; round < 6; round++) {
      const owners = await Promise.all(guns.map((gun) => notary.initialised(gun)));
      const [deleted, ...published] = await Promise.all([
        data().deleteOf(repository),
        ...guns.map((gun, index) =>
          notary.publish(gun, { targets: owners[index]!.targets({ v1: targetOf('x') }, { version: 8 }) }),
        ),
      ]);
      expect(deleted.map(({ gun }) => gun)).toEqual([...guns].sort());
      expect(deleted.every(({ rootKeyIds }) => rootKeyIds.length > 0)).toBe(true);
      // Who came first was part of what went; who came after had no root any more.
      for (const { status } of published) expect([200, 400]).toContain(status);
      for (const gun of guns) expect(await stateOf(gun)).toEqual({ repositories: 0, roles: 0, targets: 0 });
      const { rows } = await notary.sql.query<{ category: string }>(
        'SELECT DISTINCT ON (gun) category FROM trust_change WHERE gun = ANY($1) ORDER BY gun, id DESC',
        [guns],
      );
      expect(rows.map(({ category }) => category)).toEqual(['deletion', 'deletion']);
    }
  });

  it('trust data of a project goes with it, and that of others stays', async () => {
    const gone = ['registry.example.com/gone/a', 'mirror.example.com/gone/a/b'];
    const kept = ['registry.example.com/gone-too/a', 'registry.example.com/gon/a'];
    for (const gun of [...gone, ...kept]) await notary.initialised(gun);
    expect((await data().deleteOfProject('gone')).map(({ gun }) => gun).sort()).toEqual([...gone].sort());
    for (const gun of kept) expect((await stateOf(gun))!.repositories).toBe(1);
    await sweep();
    for (const gun of gone) expect(await held(gun)).toEqual({});
  });
});
