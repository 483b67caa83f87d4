import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientHome, describeAbsent, findPrograms, makeHome } from './support/clients';
import { type Docker, type DockerCli, withDocker } from './support/docker';
import { openProject, type ProjectFixture } from './support/fixtures';
import type { Credentials } from './support/http';
import { tarOf } from './support/images';
import { type Client, run } from './support/run';

jest.setTimeout(180_000);

/** Docker's content trust by every docker CLI: the acceptance cases D1 to D17 (W3), with certificates verified. */
withDocker('docker content trust', (docker) => {
  const { httpsHost } = docker.platform;
  if (!httpsHost) return describeAbsent('over https', 'the machine has no address outside loopback');
  describe.each(docker.clis)('CLI $version', (cli) => contentTrust(docker, cli, httpsHost));
});

interface Inspected {
  SignedTags: { SignedTag: string; Digest: string; Signers: string[] }[];
  Signers: { Name: string }[];
  AdministrativeKeys: { Name: string; Keys: { ID: string }[] }[];
}

function contentTrust({ engine, platform }: Docker, cli: DockerCli, host: string): void {
  let fixture: ProjectFixture;
  let home: ClientHome;
  /** With content trust, by the registry's own origin. */
  let trusting: Client;
  /** Without. */
  let plain: Client;
  let repository: string;
  const digests: Record<string, string> = {};

  const passphrases = {
    DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: 'passphrase-of-root',
    DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: 'passphrase-of-repository',
  };
  const bound = (env: NodeJS.ProcessEnv = {}): Client =>
    home.client(cli.program, { DOCKER_HOST: engine().host, ...passphrases, ...env });

  async function makeImage(name: string): Promise<void> {
    const archive = join(home.folder, 'image.tar');
    writeFileSync(archive, tarOf({ 'unique.bin': randomBytes(4_096) }));
    await plain('import', archive, name);
  }
  /** What `docker push` says that it pushed. */
  const digestIn = (output: string): string => /digest: (sha256:[0-9a-f]{64})/.exec(output)![1]!;
  async function push(tag: string, by: Client): Promise<string> {
    await makeImage(`${repository}:${tag}`);
    const { output } = await by('push', `${repository}:${tag}`);
    digests[tag] = digestIn(output);
    return output;
  }
  const login = ({ username, password }: Credentials, by = plain) => by('login', host, '-u', username, '-p', password);
  const inspect = async (name: string): Promise<Inspected> =>
    (JSON.parse((await trusting('trust', 'inspect', name)).stdout) as Inspected[])[0]!;
  const signedTags = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await inspect(repository)).SignedTags.map((tag) => [tag.SignedTag, tag.Signers.join()]));
  const trustCa = (at: string, config = '.docker'): void => {
    const folder = join(home.folder, config, 'tls', at);
    mkdirSync(folder, { recursive: true });
    copyFileSync(platform.caFile, join(folder, 'ca.crt'));
  };

  beforeAll(async () => {
    fixture = await openProject('trust');
    home = makeHome();
    plain = bound();
    trusting = bound({ DOCKER_CONTENT_TRUST: '1' });
    repository = `${host}/${fixture.project}/app`;
    await login(fixture.maintainer);
  });
  afterAll(() => home.remove());

  it('asks for the certificate authority first', async () => {
    await makeImage(`${repository}:v1`);
    const { code, output } = await trusting.attempt('push', `${repository}:v1`);
    expect(code).not.toBe(0);
    expect(output).toContain('certificate signed by unknown authority');
    trustCa(host);
  });

  it('D1 and D16: pushes and signs, without a word on where the trust server is', async () => {
    const output = await push('v1', trusting);
    for (const said of ['Signing and pushing trust metadata', 'Finished initializing', 'Successfully signed'])
      expect(output).toContain(said);
  });

  it('D2 tells who signed what', async () => {
    const { SignedTags, AdministrativeKeys } = await inspect(`${repository}:v1`);
    expect(SignedTags).toEqual([
      { SignedTag: 'v1', Digest: digests.v1!.slice('sha256:'.length), Signers: ['Repo Admin'] },
    ]);
    expect(AdministrativeKeys.map(({ Name, Keys }) => [Name, Keys.length])).toEqual([
      ['Root', 1],
      ['Repository', 1],
    ]);
  });

  it('D3 to anybody, when the project is public', async () => {
    await fixture.api.setPublic(fixture.project, true);
    const stranger = makeHome();
    const folder = join(stranger.folder, '.docker/tls', host);
    mkdirSync(folder, { recursive: true });
    copyFileSync(platform.caFile, join(folder, 'ca.crt'));
    const anonymous = stranger.client(cli.program, { DOCKER_HOST: engine().host });
    expect((await anonymous('trust', 'inspect', '--pretty', repository)).output).toMatch(
      /v1 +[0-9a-f]{64} +\(Repo Admin\)/,
    );
    stranger.remove();
    await fixture.api.setPublic(fixture.project, false);
  });

  it('D4 pulls what is signed, by its digest', async () => {
    await plain('rmi', '-f', `${repository}:v1`);
    const { output } = await trusting('pull', `${repository}:v1`);
    expect(output).toContain(`Pull (1 of 1): ${repository}:v1@${digests.v1}`);
    expect(output).toContain('Tagging');
  });

  it('D5 refuses what is not', async () => {
    await push('unsigned', plain);
    expect((await trusting.attempt('pull', `${repository}:unsigned`)).output).toMatch(
      /No valid trust data for unsigned/i,
    );
    const other = `${host}/${fixture.project}/other:v1`;
    await makeImage(other);
    await plain('push', other);
    const { code, output } = await trusting.attempt('pull', other);
    expect([code, /does not have trust data|remote trust data does not exist/.test(output)]).toEqual([1, true]);
  });

  it('D6 pulls all that is signed; a digest needs no signature; what is created has one', async () => {
    await push('v2', trusting);
    const { output } = await trusting('pull', '-a', repository);
    expect(output).toContain('Pull (1 of 2)');
    expect(output).not.toContain(digests.unsigned);
    await trusting('pull', `${repository}@${digests.unsigned}`);
    await plain('rmi', '-f', `${repository}:unsigned`);
    expect((await trusting.attempt('create', `${repository}:unsigned`, 'true')).code).not.toBe(0);
    const created = await trusting('create', `${repository}:v1`, 'true');
    await plain('rm', created.stdout.trim().split('\n').at(-1)!);
  });

  it('W3: a project that asks for content trust gives what is not signed to no client', async () => {
    const { api, project } = fixture;
    const ask = (enable: string) =>
      api.call('PUT', `/projects/${project}`, { metadata: { enable_content_trust: enable } });
    await ask('true');
    await plain('rmi', '-f', `${repository}:v1`);
    const refused = await plain.attempt('pull', `${repository}:unsigned`);
    expect([refused.code, /is not signed/.test(refused.output)]).toEqual([1, true]);
    await plain('pull', `${repository}:v1`);
    await trusting('pull', `${repository}:v1`);
    await ask('false');
    await plain('pull', `${repository}:unsigned`);
  });

  it('W3: a wrong trust server is told by docker, and nothing is half signed', async () => {
    const before = await signedTags();
    const lost = bound({ DOCKER_CONTENT_TRUST: '1', DOCKER_CONTENT_TRUST_SERVER: `https://${host.split(':')[0]}:9` });
    await makeImage(`${repository}:lost`);
    const push = await lost.attempt('push', `${repository}:lost`);
    expect([push.code === 0, /trust server|connection refused/.test(push.output)]).toEqual([false, true]);
    expect(await signedTags()).toEqual(before);
  });

  it('D7 and D8: a signer is added with a key of its own', async () => {
    const generated = await trusting('trust', 'key', 'generate', 'carol', '--dir', home.folder);
    expect(generated.output).toContain('carol.pub');
    const added = await trusting(
      'trust',
      'signer',
      'add',
      '--key',
      join(home.folder, 'carol.pub'),
      'carol',
      repository,
    );
    expect(added.output).toContain('Successfully added signer');
    const dave = join(home.folder, 'dave.pem');
    await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', dave]);
    expect((await trusting('trust', 'key', 'load', '--name', 'dave', dave)).output).toContain(
      'Successfully imported key',
    );
  });

  it('D9 the signer signs what is pushed, and pushes what is not', async () => {
    await trusting('trust', 'sign', `${repository}:v1`);
    await makeImage(`${repository}:v3`);
    const { output } = await trusting('trust', 'sign', `${repository}:v3`);
    expect(output).toContain('Successfully signed');
    digests.v3 = digestIn(output);
    expect(await signedTags()).toEqual({ v1: 'carol', v2: 'Repo Admin', v3: 'carol' });
    expect((await inspect(repository)).Signers.map(({ Name }) => Name)).toEqual(['carol']);
  });

  it('D10 signing begins a repository that has no trust data', async () => {
    const fresh = `${host}/${fixture.project}/fresh:1.0`;
    await makeImage(fresh);
    const { output } = await trusting('trust', 'sign', fresh);
    expect(output).toContain(`Created signer: ${fixture.maintainer.username}`);
    expect((await inspect(fresh)).SignedTags).toMatchObject([
      { SignedTag: '1.0', Signers: [fixture.maintainer.username] },
    ]);
  });

  it('D11 what is revoked is pulled no more', async () => {
    await trusting('trust', 'revoke', `${repository}:v3`);
    expect((await trusting.attempt('pull', `${repository}:v3`)).code).not.toBe(0);
    expect(await signedTags()).toEqual({ v1: 'carol', v2: 'Repo Admin' });
  });

  it('D14 an unsigned push over a signed tag is not what is pulled', async () => {
    const signed = digests.v2!;
    await push('v2', plain);
    expect(digests.v2).not.toBe(signed);
    await plain('rmi', '-f', `${repository}:v2`);
    expect((await trusting('pull', `${repository}:v2`)).output).toContain(`v2@${signed}`);
  });

  it('D15 goes on with what it knows while the trust server is away', async () => {
    const lonely = bound({ DOCKER_CONTENT_TRUST: '1', DOCKER_CONTENT_TRUST_SERVER: `https://${host.split(':')[0]}:9` });
    const { output } = await lonely('pull', `${repository}:v1`);
    expect(output).toContain('using cached timestamp');
  });

  it('a port of its own answers the same, and http is refused', async () => {
    const at = `${host.split(':')[0]}:${platform.notaryPort}`;
    trustCa(at);
    const apart = bound({ DOCKER_CONTENT_TRUST: '1', DOCKER_CONTENT_TRUST_SERVER: `https://${at}` });
    expect((await apart('pull', `${repository}:v1`)).output).toContain(`v1@${digests.v1}`);
    await makeImage(`${repository}:v4`);
    expect((await apart('push', `${repository}:v4`)).output).toContain('Successfully signed');
    const open = bound({ DOCKER_CONTENT_TRUST: '1', DOCKER_CONTENT_TRUST_SERVER: `http://${host}` });
    expect((await open.attempt('pull', `${repository}:v1`)).output).toContain(
      'valid https URL required for trust server',
    );
  });

  it('D12 a signer is removed', async () => {
    const removed = await run(cli.program, ['trust', 'signer', 'remove', 'carol', repository], {
      env: { ...home.env, DOCKER_HOST: engine().host, DOCKER_CONTENT_TRUST: '1', ...passphrases },
      input: 'y\n',
    });
    expect(removed.output).toContain('Successfully removed carol');
    expect((await inspect(repository)).Signers).toEqual([]);
  });

  it('D13 who may not push signs nothing', async () => {
    const { api, project } = fixture;
    const guest = await api.createMember(project, `guest-${randomBytes(3).toString('hex')}`, 3);
    await login(guest);
    await makeImage(`${repository}:v9`);
    const push = await trusting.attempt('push', `${repository}:v9`);
    expect([push.code, /denied: requested access/.test(push.output)]).toEqual([1, true]);
    const sign = await trusting.attempt('trust', 'revoke', '-y', `${repository}:v1`);
    expect(sign.code).not.toBe(0);
    await login(fixture.maintainer);
    expect(await signedTags()).toHaveProperty('v1');
  });

  const [notary] = findPrograms('notary');
  if (notary)
    it('D17 notary reads what docker wrote, from the same folder', async () => {
      const { maintainer } = fixture;
      const NOTARY_AUTH = Buffer.from(`${maintainer.username}:${maintainer.password}`).toString('base64');
      const trust = ['-s', `https://${host}`, '-d', join(home.folder, '.docker/trust'), '--tlscacert', platform.caFile];
      const { stdout } = await run(notary, [...trust, 'list', `${host}/${fixture.project}/fresh`], {
        env: { ...home.env, NOTARY_AUTH },
      });
      // The one of the two roles that comes first.
      expect(stdout).toMatch(new RegExp(`^1\\.0 +[0-9a-f]{64} +\\d+ +targets/${maintainer.username}$`, 'm'));
    });
  else describeAbsent('D17', 'notary is not installed');
}
