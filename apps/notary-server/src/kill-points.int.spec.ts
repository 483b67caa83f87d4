import { trustFailpoints } from '@breakwater/kernel';
import { targetOf } from '@breakwater/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { formOf, NotaryUnderTest } from './testing/notary-under-test';

const root = join(__dirname, '../../..');
let notary: NotaryUnderTest;

beforeAll(async () => {
  notary = await NotaryUnderTest.start();
});
afterAll(() => notary?.stop());

/** A notary-server in a process of its own, which kills itself there. */
async function startProcess(failpoint: string): Promise<{ child: ChildProcess; url: string; ended: Promise<unknown> }> {
  const config = await notary.config({ NODE_ENV: 'test', BREAKWATER_FAILPOINT: failpoint, LOG_LEVEL: 'info' });
  const settings = Object.entries(config).filter(([, value]) => value !== undefined && String(value) !== '');
  const env = Object.fromEntries(settings.map(([name, value]) => [name, String(value)]));
  const child = spawn(process.execPath, ['-r', '@swc-node/register', 'apps/notary-server/src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, SWC_NODE_PROJECT: 'tsconfig.base.json', ...env, METRICS_PORT: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it does not listen: ${output}`)), 25_000);
    const hear = (text: Buffer): void => {
      output += text.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (found) {
        clearTimeout(timer);
        resolve(found);
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then((code) => reject(new Error(`it ended with ${String(code)}: ${output}`)));
  });
  return { child, url, ended };
}

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
    const { url, ended } = await startProcess(failpoint);
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
