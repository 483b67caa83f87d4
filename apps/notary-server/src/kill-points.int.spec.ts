import { trustFailpoints } from '@breakwater/kernel';
import { targetOf } from '@breakwater/testing';
import { formOf, NotaryUnderTest } from './testing/notary-under-test';
import { ServiceProcess } from './testing/service-process';

let notary: NotaryUnderTest;

beforeAll(async () => {
  notary = await NotaryUnderTest.start();
});
afterAll(() => notary?.stop());

/** Everything that is kept of a GUN. */
async function stateOf(gun: string): Promise<object> {
  const rows = async (sql: string) => (await notary.sql.query(sql, [gun])).rows as unknown[];
  return {
    files: await rows('SELECT role, version, sha256 FROM trust_file WHERE gun = $1 ORDER BY role, version'),
    targets: await rows('SELECT role, name, sha256 FROM trust_target WHERE gun = $1 ORDER BY role, name'),
    changes: await rows('SELECT category, version, sha256 FROM trust_change WHERE gun = $1 ORDER BY id'),
    refresh: await rows('SELECT refresh_time FROM trust_repository WHERE gun = $1'),
  };
}

it.each(trustFailpoints)(
  'killed at %s, a publication is whole or was never made',
  async (failpoint) => {
    const gun = `registry.example.com/library/${failpoint.replace('.', '-')}`;
    const owner = await notary.initialised(gun);
    const before = await stateOf(gun);
    const config = notary.config({ NODE_ENV: 'test', BREAKWATER_FAILPOINT: failpoint });
    const { url, ended } = await ServiceProcess.start('notary-server', { ...config, METRICS_PORT: '' });
    const targets = owner.targets({ v1: targetOf('one'), v2: targetOf('two') }, { version: 3 });
    const token = await notary.token([{ type: 'repository', name: gun, actions: ['push', 'pull'] }]);
    const request = fetch(`${url}/v2/${gun}/_trust/tuf/`, {
      method: 'POST',
      body: formOf({ targets }),
      headers: { authorization: `Bearer ${token}` },
    });
    await expect(request).rejects.toThrow();
    expect(await ended).toBe('SIGKILL');
    const left = await stateOf(gun);
    if (failpoint === 'trust.after-commit') expect(left).not.toEqual(before);
    else expect(left).toEqual(before);
    const again = await notary.publish(gun, { targets });
    if (failpoint === 'trust.after-commit') {
      // The client was not told; it learns that its version is there.
      expect([again.status, again.error.code]).toEqual([400, 'VERSION']);
    } else {
      expect(again.status).toBe(200);
    }
    const after = await stateOf(gun);
    expect(await notary.versions(gun, 'targets')).toEqual([2, 3]);
    expect(await notary.versions(gun, 'timestamp')).toEqual([1, 2]);
    expect(await notary.versions(gun, 'snapshot')).toEqual([1, 2]);
    expect(after).toMatchObject({
      targets: [{ name: 'v1' }, { name: 'v2' }],
      changes: [{ version: 1 }, { version: 2 }],
    });
  },
  60_000,
);
