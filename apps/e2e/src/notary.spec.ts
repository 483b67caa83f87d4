import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { basic, send } from './support/http';
import { type Finished, run } from './support/run';

jest.setTimeout(120_000);

/** Debian's notary 0.7.0, as people use it: the acceptance cases N1 to N16, in their order. */
clientSuite('notary', (use) => {
  let suite: ClientSuite;
  let gun: string;
  const content = 'what is trusted\n';
  const sha256 = createHash('sha256').update(content).digest('hex');
  const passphrases = Object.fromEntries(
    ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, `passphrase-of-${role}`]),
  );

  /** By the registry's own origin; `home`: whose keys and caches. */
  function notary(args: string[], { as = suite.maintainer, home = 'trust', input = '' } = {}): Promise<Finished> {
    const { platform } = suite;
    const NOTARY_AUTH = Buffer.from(`${as.username}:${as.password}`).toString('base64');
    const options = [
      '-s',
      `https://localhost:${platform.httpsPort}`,
      '-d',
      suite.path(home),
      '--tlscacert',
      platform.caFile,
    ];
    return run('notary', [...options, ...args], {
      env: { ...suite.home.env, ...passphrases, NOTARY_AUTH },
      cwd: suite.home.folder,
      input,
    });
  }
  const fails = (args: string[], options?: Parameters<typeof notary>[1]) => expect(notary(args, options)).rejects;
  const publish = async () =>
    expect((await notary(['publish', gun])).output).toContain('Successfully published changes');
  /** Name → role. */
  const listed = async (home?: string): Promise<Record<string, string>> => {
    const { stdout } = await notary(['list', gun], { home });
    const rows = [...stdout.matchAll(/^(\S+) +[0-9a-f]{64} +\d+ +(\S+)$/gm)];
    return Object.fromEntries(rows.map(([, name, role]) => [name, role]));
  };
  /** Ids of the keys that are held here, by role. */
  const heldRoles = async (): Promise<string[]> =>
    [...(await notary(['key', 'list'])).stdout.matchAll(/^(\w+) .*[0-9a-f]{64}/gm)].map(([, role]) => role!).sort();

  async function trustData(path: string): Promise<{ status: number; json: <T>() => T }> {
    const { platform, maintainer } = suite;
    const query = new URLSearchParams({ service: 'harbor-notary', scope: `repository:${gun}:pull,push` });
    const headers = { authorization: basic(maintainer) };
    const { token } = (await send(`${platform.httpUrl}/service/token?${query.toString()}`, { headers })).json<{
      token: string;
    }>();
    const answer = await send(`${platform.httpUrl}/v2/${gun}/_trust/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: answer.status, json: <T>() => answer.json<T>() };
  }

  beforeAll(() => {
    suite = use();
    gun = `localhost:${suite.platform.httpsPort}/${suite.project}/app`;
    writeFileSync(suite.path('file.txt'), content);
  });

  it('N1 init publishes nothing', async () => {
    await notary(['init', gun]);
    expect((await trustData('tuf/root.json')).status).toBe(404);
  });

  it('N2 add is staged', async () => {
    expect((await notary(['add', gun, 'v1', 'file.txt'])).output).toContain('staged for next publish');
    expect((await notary(['status', gun])).stdout).toMatch(/create +targets +target +v1/);
  });

  it('N3 publish brings root, targets and a snapshot of the owner', async () => {
    await publish();
    expect(await heldRoles()).toEqual(['root', 'snapshot', 'targets']);
    for (const file of [
      'root.json',
      '1.root.json',
      'targets.json',
      '2.targets.json',
      'snapshot.json',
      'timestamp.json',
    ])
      expect([file, (await trustData(`tuf/${file}`)).status]).toEqual([file, 200]);
  });

  it('N4 list and lookup tell what is signed, twice', async () => {
    for (let time = 0; time < 2; time++) expect(await listed()).toEqual({ v1: 'targets' });
    expect((await notary(['lookup', gun, 'v1'])).stdout).toContain(`v1 sha256:${sha256} ${content.length}`);
  });

  it('N5 verify compares content', async () => {
    expect((await notary(['verify', gun, 'v1'], { input: content })).stdout).toBe(content);
    await fails(['verify', gun, 'v1'], { input: 'another' }).toThrow('sha256 checksum for v1 did not match');
  });

  it('N6 the snapshot key is handed over to the server', async () => {
    await notary(['key', 'rotate', gun, 'snapshot', '-r']);
    expect(await heldRoles()).toEqual(['root', 'targets']);
    expect((await trustData('tuf/3.snapshot.json')).status).toBe(200);
  });

  it('N7 then targets alone are published', async () => {
    await notary(['addhash', gun, 'v2', '24', '--sha256', sha256]);
    await publish();
    expect(await listed()).toEqual({ v1: 'targets', v2: 'targets' });
  });

  it('N8 the timestamp key is rotated', async () => {
    const signer = async () =>
      (await trustData('tuf/timestamp.json')).json<{ signatures: { keyid: string }[] }>().signatures[0]!.keyid;
    const before = await signer();
    await notary(['key', 'rotate', gun, 'timestamp', '-r']);
    expect(await signer()).not.toBe(before);
  });

  it('N9 the targets key is rotated', async () => {
    await notary(['key', 'rotate', gun, 'targets']);
    expect(await listed()).toEqual({ v1: 'targets', v2: 'targets' });
  });

  it('N10 the root key is rotated: old and new clients follow', async () => {
    await listed('old');
    await notary(['key', 'rotate', gun, 'root'], { input: 'yes\n' });
    for (const home of ['trust', 'old', 'clean']) expect(await listed(home)).toEqual({ v1: 'targets', v2: 'targets' });
    expect((await trustData('tuf/root.json')).json<{ signatures: unknown[] }>().signatures).toHaveLength(2);
  });

  it('N11 delegations are added', async () => {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: suite.home.folder });
    await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'bob.key');
    await openssl('req', '-new', '-x509', '-key', 'bob.key', '-subj', '/CN=bob', '-days', '365', '-out', 'bob.crt');
    for (const role of ['targets/releases', 'targets/bob'])
      await notary(['delegation', 'add', gun, role, 'bob.crt', '--all-paths']);
    await publish();
    expect((await notary(['delegation', 'list', gun])).stdout).toMatch(/targets\/bob .*\n.*targets\/releases /);
  });

  it('N12 a delegate signs, under names with slashes', async () => {
    await notary(['key', 'import', 'bob.key', '--role', 'bob']);
    await notary(['add', gun, 'v3', 'file.txt', '-r', 'targets/releases', '-r', 'targets/bob']);
    await publish();
    expect(await listed()).toMatchObject({ v1: 'targets', v3: 'targets/releases' });
    expect((await trustData('tuf/targets/bob.json')).status).toBe(200);
    expect((await trustData('tuf/1.targets/releases.json')).status).toBe(200);
  });

  it('N13 a delegation is witnessed', async () => {
    await notary(['witness', gun, 'targets/bob']);
    await publish();
    expect((await trustData('tuf/2.targets/bob.json')).status).toBe(200);
  });

  it('N14 targets are removed', async () => {
    await notary(['remove', gun, 'v3', '-r', 'targets/bob']);
    await notary(['remove', gun, 'v2']);
    await publish();
    expect(await listed()).toEqual({ v1: 'targets', v3: 'targets/releases' });
  });

  it('N15 a delegation is removed', async () => {
    await notary(['delegation', 'remove', gun, 'targets/bob', '-y']);
    await publish();
    expect((await notary(['delegation', 'list', gun])).stdout).not.toContain('targets/bob');
  });

  it('who may not push publishes nothing, who may not pull reads nothing', async () => {
    const { stranger, developer } = suite;
    await fails(['list', gun], { as: stranger, home: 'stranger' }).toThrow(/not authorized|401/);
    // The developer may publish but not delete.
    await notary(['list', gun], { as: developer, home: 'developer' });
    await fails(['delete', gun, '--remote'], { as: developer, home: 'developer' }).toThrow(/not authorized|401|403/);
    expect(await listed()).toEqual({ v1: 'targets', v3: 'targets/releases' });
  });

  it('N16 everything is deleted, and the changefeed tells', async () => {
    await notary(['delete', gun, '--remote']);
    await fails(['list', gun]).toThrow('does not have trust data');
    const { records } = (await trustData('changefeed?records=100')).json<{ records: { Category: string }[] }>();
    expect(records.at(-1)!.Category).toBe('deletion');
    expect(records.length).toBeGreaterThan(10);
  });
});
