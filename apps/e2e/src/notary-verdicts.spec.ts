import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRootKey, makeTrustKey, signedBy, targetOf, TrustOwner } from '@breakwater/testing';
import { withClient } from './support/clients';
import { openProject, type ProjectFixture } from './support/fixtures';
import { basic, send } from './support/http';
import { freePort, until } from './support/ports';

jest.setTimeout(60_000);

type Files = Record<string, Buffer | string>;
type Key = Parameters<TrustOwner['root']>[0]['snapshot'];

/** What a server says to a publication. Texts are Notary's own where clients show them. */
interface Verdict {
  status: number;
  code?: string;
  kind?: string;
  missing?: string;
  message?: string;
}

/** A server, and how one talks to it. */
interface Server {
  gun: string;
  publish(files: Files): Promise<Verdict>;
  key(role: 'snapshot' | 'timestamp', method?: string): Promise<Key>;
  /** Roles that can be read. */
  readable(...names: string[]): Promise<string[]>;
}

function serverAt(url: string, gun: string, token: () => Promise<string | undefined>): Server {
  const ask = async (method: string, path: string, body?: FormData) => {
    const given = await token();
    const headers: Record<string, string> = given === undefined ? {} : { authorization: `Bearer ${given}` };
    return fetch(`${url}/v2/${gun}/_trust/tuf/${path}`, { method, body, headers });
  };
  return {
    gun,
    publish: async (files) => {
      const form = new FormData();
      for (const [role, bytes] of Object.entries(files)) form.append('files', new Blob([bytes]), role);
      const answer = await ask('POST', '', form);
      return verdictOf(answer.status, await answer.text());
    },
    key: async (role, method = 'GET') => (await (await ask(method, `${role}.key`)).json()) as Key,
    readable: async (...names) => {
      const statuses = await Promise.all(names.map(async (name) => [name, (await ask('GET', name)).status] as const));
      return statuses.filter(([, status]) => status === 200).map(([name]) => name);
    },
  };
}

interface WireError {
  code: string;
  detail?: { Name?: string; Error?: { Missing?: string; Msg?: string } };
}

function verdictOf(status: number, text: string): Verdict {
  if (status === 200) return { status };
  const { errors } = JSON.parse(text) as { errors: WireError[] };
  const [{ code, detail } = { code: '' }] = errors;
  const { Missing: missing, Msg: message } = detail?.Error ?? {};
  return { status, code, kind: detail?.Name, missing, message };
}

/** Times are written differently, and what is wrong with JSON is told in each language's words. */
function comparable({ message, ...verdict }: Verdict): Verdict {
  return {
    ...verdict,
    message: message?.replace(/ expired at .*/, ' expired').replace(/^(\w+ type metadata invalid).*/, '$1'),
  };
}

/** Each is run against both servers; what it returns must be the same. */
const stories: Record<string, (server: Server) => Promise<unknown>> = {};

async function begun(server: Server) {
  const owner = new TrustOwner(server.gun);
  const keys = { snapshot: await server.key('snapshot'), timestamp: await server.key('timestamp') };
  const first = await server.publish({ root: owner.root(keys), targets: owner.targets({ v1: targetOf('one') }) });
  return { owner, keys, first };
}

stories['a life'] = async (server) => {
  const { owner, keys, first } = await begun(server);
  const bob = makeTrustKey();
  const delegations = [{ name: 'targets/bob', keys: [bob] }];
  const verdicts = [
    first,
    await server.publish({ targets: owner.targets({ v2: targetOf('two') }, { version: 3 }) }),
    await server.publish({ targets: owner.targets({ v2: targetOf('two') }, { version: 3 }) }),
    await server.publish({ targets: owner.targets({}, { version: 2 }) }),
    await server.publish({
      targets: owner.targets({}, { version: 4, delegations }),
      'targets/bob': owner.targets({}, { version: 1, signers: [bob] }),
    }),
    await server.publish({ 'targets/bob': owner.targets({}, { version: 2, signers: [bob] }) }),
    await server.publish({ 'targets/bob': owner.targets({}, { version: 3 }) }),
    await server.publish({ 'targets/none': owner.targets({}, { version: 1 }) }),
    await server.publish({ 'targets/bob/deeper': owner.targets({}, { version: 1 }) }),
    await server.publish({ root: owner.root(keys, { version: 2 }) }),
    await server.publish({ root: owner.root(keys, { version: 2 }) }),
    await server.publish({ root: owner.root(keys, { version: 4 }) }),
    await server.publish({ root: owner.root(keys, { version: 1 }) }),
  ];
  const names = [
    'root.json',
    '1.root.json',
    '2.root.json',
    '3.root.json',
    'targets/bob.json',
    'targets/none.json',
    '5.snapshot.json',
    '9.snapshot.json',
  ];
  return { verdicts, readable: await server.readable(...names) };
};

stories['first publications that are refused'] = async (server) => {
  const owner = new TrustOwner(server.gun);
  const keys = { snapshot: await server.key('snapshot'), timestamp: await server.key('timestamp') };
  const targets = owner.targets({});
  const mine = makeTrustKey();
  const refused = [
    await server.publish({ targets }),
    await server.publish({ root: owner.root(keys, { version: 3 }), targets }),
    await server.publish({ root: owner.root(keys) }),
    await server.publish({ root: owner.root(keys, { signers: [mine] }), targets }),
    await server.publish({ root: owner.root(keys, { expires: '2020-01-01T00:00:00Z' }), targets }),
    await server.publish({ root: owner.root({ ...keys, snapshot: mine.key }), targets }),
    await server.publish({ root: owner.root({ ...keys, timestamp: mine.key }), targets }),
    await server.publish({ root: owner.root(keys), targets: owner.targets({}, { signers: [mine] }) }),
    await server.publish({ root: owner.root(keys), targets: owner.targets({}, { expires: '2020-01-01T00:00:00Z' }) }),
    await server.publish({ root: owner.root(keys), targets: owner.targets({}, { version: 0 }) }),
    await server.publish({ root: owner.root(keys, { change: (signed) => (signed._type = 'Targets') }), targets }),
    await server.publish({
      root: owner.root(keys, { change: ({ roles }) => delete (roles as Record<string, unknown>).snapshot }),
      targets,
    }),
    await server.publish({ root: owner.root(keys), targets, foo: '{}' }),
    await server.publish({ root: '{', targets }),
  ];
  return { refused, readable: await server.readable('root.json', 'targets.json') };
};

stories['certificates of roots'] = async (server) => {
  const keys = { snapshot: await server.key('snapshot'), timestamp: await server.key('timestamp') };
  const day = 24 * 3_600_000;
  const rootKeys = [
    makeRootKey('elsewhere/app'),
    makeRootKey(server.gun, { to: new Date(Date.now() - day / 2) }),
    makeRootKey(server.gun, { from: new Date(Date.now() + 2 * day) }),
    makeRootKey(server.gun, { ca: true }),
    makeRootKey(server.gun, { wrap: (pem) => pem + pem }),
    makeTrustKey(),
    makeRootKey(`${server.gun.slice(0, -3)}*`),
  ];
  const verdicts: Verdict[] = [];
  for (const key of rootKeys) {
    const owner = new TrustOwner(server.gun);
    owner.rootKeys = [key];
    verdicts.push(await server.publish({ root: owner.root(keys), targets: owner.targets({}) }));
  }
  return verdicts;
};

stories['rotation of every key'] = async (server) => {
  const { owner, keys } = await begun(server);
  const [oldRoot, oldTargets] = [owner.rootKeys, owner.targetsKeys];
  owner.rootKeys = [makeRootKey(server.gun)];
  const both = [...oldRoot, ...owner.rootKeys];
  const verdicts = [
    await server.publish({ root: owner.root(keys, { version: 2 }) }),
    await server.publish({ root: owner.root(keys, { version: 2, signers: oldRoot }) }),
    await server.publish({ root: owner.root(keys, { version: 2, signers: both }) }),
    await server.publish({ root: owner.root(keys, { version: 3, signers: oldRoot }) }),
  ];
  owner.targetsKeys = [makeTrustKey()];
  const rotated = owner.root(keys, { version: 3 });
  verdicts.push(
    await server.publish({ root: rotated, targets: owner.targets({}, { version: 3, signers: oldTargets }) }),
    await server.publish({ root: rotated, targets: owner.targets({}, { version: 3 }) }),
    await server.publish({ targets: owner.targets({}, { version: 4, signers: oldTargets }) }),
  );
  const next = { snapshot: await server.key('snapshot', 'POST'), timestamp: await server.key('timestamp', 'POST') };
  verdicts.push(await server.publish({ root: owner.root(next, { version: 4 }) }));
  verdicts.push(await server.publish({ targets: owner.targets({}, { version: 4 }) }));
  return verdicts;
};

stories['thresholds'] = async (server) => {
  const { owner, keys } = await begun(server);
  const signers = [makeTrustKey(), makeTrustKey(), makeTrustKey()];
  const two = [{ name: 'targets/two', keys: signers, threshold: 2 }];
  const by = (...indices: number[]) =>
    owner.targets({}, { version: 1, signers: indices.map((index) => signers[index]!) });
  const broken = Buffer.from(
    by(0, 1)
      .toString()
      .replace(/"sig":"..../g, '"sig":"AAAA'),
  );
  const none = (threshold: number) => [{ name: 'targets/two', keys: signers, threshold }];
  return [
    await server.publish({ targets: owner.targets({}, { version: 3, delegations: none(0) }) }),
    await server.publish({
      targets: owner.targets({}, { version: 3, delegations: [{ name: 'other/two', keys: signers }] }),
    }),
    await server.publish({
      targets: owner.targets({}, { version: 3, delegations: [{ name: 'targets/a/b', keys: signers }] }),
    }),
    await server.publish({ targets: owner.targets({}, { version: 3, delegations: two }) }),
    await server.publish({ 'targets/two': by(0) }),
    await server.publish({ 'targets/two': by(0, 0) }),
    await server.publish({ 'targets/two': broken }),
    await server.publish({
      'targets/two': signedBy([], JSON.parse(by(0).toString()).signed as Record<string, unknown>),
    }),
    await server.publish({ 'targets/two': by(0, 2) }),
    await server.publish({
      root: owner.root(keys, {
        version: 2,
        change: ({ roles }) => ((roles as { root: { threshold: number } }).root.threshold = 2),
      }),
    }),
  ];
};

/** Debian's own server on the same metadata: it keeps it in memory, with keys of its own. */
withClient('notary-server', (program) => {
  let folder: string;
  let debian: ChildProcess;
  let debianUrl: string;
  let fixture: ProjectFixture;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-notary-'));
    const port = await freePort();
    debianUrl = `http://127.0.0.1:${port}`;
    const config = {
      server: { http_addr: `127.0.0.1:${port}` },
      trust_service: { type: 'local', hostname: '', port: '', key_algorithm: 'ecdsa' },
      storage: { backend: 'memory' },
      logging: { level: 'error' },
    };
    writeFileSync(join(folder, 'server.json'), JSON.stringify(config));
    debian = spawn(program, ['-config', join(folder, 'server.json')], { stdio: 'ignore' });
    await until(
      'notary-server',
      async () => (await fetch(`${debianUrl}/_notary_server/health`).catch(() => undefined))?.ok === true,
    );
    fixture = await openProject('verdicts');
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => debian.once('close', resolve));
    debian.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  async function token(gun: string): Promise<string> {
    const { platform, maintainer } = fixture;
    const query = new URLSearchParams({ service: 'harbor-notary', scope: `repository:${gun}:*` });
    const headers = { authorization: basic(maintainer) };
    const answer = await send(`${platform.httpUrl}/service/token?${query.toString()}`, { headers });
    return answer.json<{ token: string }>().token;
  }

  it.each(Object.entries(stories))('gives the same verdicts: %s', async (title, story) => {
    const { platform, project } = fixture;
    const gun = `${platform.host}/${project}/${title.replaceAll(' ', '-')}`;
    const ours = await story(serverAt(platform.httpUrl, gun, () => token(gun)));
    const theirs = await story(serverAt(debianUrl, gun, () => Promise.resolve(undefined)));
    const compared = (told: unknown): unknown =>
      JSON.parse(JSON.stringify(told), (_key, value: unknown) =>
        value !== null && typeof value === 'object' && 'status' in value ? comparable(value as Verdict) : value,
      );
    expect(compared(ours)).toEqual(compared(theirs));
  });
});
