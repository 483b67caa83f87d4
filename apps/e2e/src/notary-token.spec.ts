import { describeWithSoftHsm, type SoftHsm } from '@breakwater/testing';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { type ClientHome, makeHome, withClient } from './support/clients';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { type Finished, run } from './support/run';

jest.setTimeout(300_000);

interface Row {
  role: string;
  token: string | null;
}

/** The platform with its trust data signed in a PKCS#11 token, and an owner who moves there from sealed keys. */
withClient('notary', (program) => {
  describeWithSoftHsm('with a token of SoftHSM', (use) => {
    let hsm: SoftHsm;
    let home: ClientHome;
    let running: Running;
    const folder = makePlatformFolder();
    const gun = (name: string) => `localhost:${running.platform.httpsPort}/library/${name}`;
    const passphrases = Object.fromEntries(
      ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [
        `NOTARY_${role}_PASSPHRASE`,
        `passphrase-of-${role}`,
      ]),
    );

    function notary(...args: string[]): Promise<Finished> {
      const { httpsPort, caFile, admin } = running.platform;
      const NOTARY_AUTH = Buffer.from(`${admin.username}:${admin.password}`).toString('base64');
      const options = ['-s', `https://localhost:${httpsPort}`, '-d', join(home.folder, 'trust'), '--tlscacert', caFile];
      return run(program, [...options, ...args], {
        env: { ...home.env, ...passphrases, NOTARY_AUTH },
        cwd: home.folder,
      });
    }
    async function publish(name: string): Promise<void> {
      await notary('init', gun(name));
      await notary('add', gun(name), 'v1', 'file.txt');
      expect((await notary('publish', gun(name))).output).toContain('Successfully published changes');
    }
    const inToken = () => ({
      ...hsm.env,
      SIGNER_PKCS11_LIBRARY: hsm.library,
      SIGNER_PKCS11_TOKEN: hsm.label,
      SIGNER_PKCS11_PIN: hsm.pin,
    });
    async function start(env: Record<string, string>): Promise<void> {
      const again = running?.platform;
      await running?.stop();
      running = await startPlatform({ folder, env, again });
    }
    /** As that service logs in: each has its own role. */
    async function sql<T extends object>(service: 'core' | 'notary-signer', text: string, values: unknown[] = []) {
      const state = readFileSync(join(folder, 'data/secrets/run-state.json'), 'utf8');
      const { DATABASE_URL } = (JSON.parse(state) as Record<typeof service, { DATABASE_URL: string }>)[service];
      const client = new Client({ connectionString: DATABASE_URL });
      await client.connect();
      return client.query<T>(text, values).finally(() => client.end());
    }
    const keysOf = async (name: string): Promise<Row[]> =>
      (
        await sql<Row>('notary-signer', 'SELECT role, token FROM signer_key WHERE gun = $1 ORDER BY creation_time', [
          gun(name),
        ])
      ).rows;

    beforeAll(async () => {
      hsm = use();
      hsm.openToAll();
      home = makeHome();
      writeFileSync(join(home.folder, 'file.txt'), 'what is trusted\n');
      await start({});
    });
    afterAll(async () => {
      await running?.stop();
      home?.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it('keys are sealed without a token, and made in the token with one', async () => {
      await publish('before');
      expect(await keysOf('before')).toEqual([{ role: 'timestamp', token: null }]);
      await start(inToken());
      await publish('after');
      expect(await keysOf('after')).toEqual([{ role: 'timestamp', token: hsm.label }]);
      expect((await notary('list', gun('after'))).stdout).toMatch(/^v1 /m);
    });

    it('what was published before goes on, and moves when its owner rotates', async () => {
      await notary('add', gun('before'), 'v2', 'file.txt');
      expect((await notary('publish', gun('before'))).output).toContain('Successfully published changes');
      expect(await keysOf('before')).toEqual([{ role: 'timestamp', token: null }]);
      for (const role of ['timestamp', 'snapshot']) await notary('key', 'rotate', gun('before'), role, '-r');
      expect(await keysOf('before')).toEqual([
        { role: 'timestamp', token: null },
        { role: 'timestamp', token: hsm.label },
        { role: 'snapshot', token: hsm.label },
      ]);
      expect((await notary('list', gun('before'))).stdout).toMatch(/^v2 /m);
    });

    it('signs after a restart with what the token kept', async () => {
      await start(inToken());
      await notary('add', gun('after'), 'v3', 'file.txt');
      expect((await notary('publish', gun('after'))).output).toContain('Successfully published changes');
    });

    it('an owner gets a new key when the token lost the old one', async () => {
      hsm.reset();
      hsm.openToAll();
      await notary('key', 'rotate', gun('after'), 'timestamp', '-r');
      expect((await notary('list', gun('after'))).stdout).toMatch(/^v3 /m);
      expect(await keysOf('after')).toHaveLength(2);
    });

    it('no other service can read where keys are, and the PIN is in no file', async () => {
      await expect(sql('core', 'SELECT 1 FROM signer_key')).rejects.toThrow('permission denied for table signer_key');
      expect(readFileSync(join(folder, 'data/secrets/run-state.json'), 'utf8')).not.toContain(hsm.pin);
      expect(running.said()).not.toContain(hsm.pin);
    });
  });
});
