import { WebhookReceiver } from '@breakwater/testing';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './support/api';
import { type ClientHome, describeAbsent, makeHome } from './support/clients';
import { type Docker, type DockerCli, withDocker } from './support/docker';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { tarOf } from './support/images';
import { until } from './support/ports';
import type { Client } from './support/run';

jest.setTimeout(180_000);

/** W4: with a stolen password another image is pushed over one that was signed. */
withDocker('the replaced image', (docker) => {
  const { httpsHost } = docker.platform;
  if (!httpsHost) return describeAbsent('over https', 'the machine has no address outside loopback');
  describe.each(docker.clis)('CLI $version', (cli) => replacedImage(docker, cli, httpsHost));
});

interface Move {
  operation: string;
  digest: string;
  signature_status: string | null;
  previous_digest: string;
  previous_signature_status: string | null;
  replaced_signed: boolean;
  actor: string;
  source_address: string;
}

const passphrases = {
  DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: 'passphrase-of-root',
  DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: 'passphrase-of-repository',
};

function replacedImage({ engine, platform }: Docker, cli: DockerCli, host: string): void {
  const receiver = new WebhookReceiver();
  const homes: ClientHome[] = [];
  let fixture: ProjectFixture;
  let reader: Api;
  let image: string;
  let inside: string;
  /** Has the keys. */
  let owner: Client;
  /** Knows the owner's password, and nothing else. */
  let thief: Client;
  let signed: string;
  let evil: string;

  async function client(env: NodeJS.ProcessEnv = {}): Promise<Client> {
    const home = makeHome();
    homes.push(home);
    const tls = join(home.folder, '.docker/tls', host);
    mkdirSync(tls, { recursive: true });
    copyFileSync(platform.caFile, join(tls, 'ca.crt'));
    const run = home.client(cli.program, { DOCKER_HOST: engine().host, ...env });
    const { username, password } = fixture.maintainer;
    await run('login', host, '-u', username, '-p', password);
    return run;
  }
  async function makeImage(by: Client): Promise<void> {
    const archive = join(homes[0]!.folder, 'image.tar');
    writeFileSync(archive, tarOf({ 'unique.bin': randomBytes(4_096) }));
    await by('import', archive, image);
  }
  const digestIn = (output: string): string => /digest: (sha256:[0-9a-f]{64})/.exec(output)![1]!;
  /** Of the tag away from what was signed. */
  const replacement = async (): Promise<Move> =>
    (await reader.get<Move[]>(`${inside}/tags/v1/history`)).find((move) => move.previous_digest === signed)!;
  const tag = async () =>
    (await reader.get<{ name: string; digest: string; signature_status: string }[]>(`${inside}/tags`))[0]!;
  const policy = async (settings: object): Promise<void> => {
    expectStatus(await fixture.api.call('PUT', `/projects/${fixture.project}/trust-policy`, settings), 200);
  };
  const pullFresh = async (by: Client) => {
    await by.attempt('rmi', '-f', image);
    return by.attempt('pull', image);
  };

  beforeAll(async () => {
    await receiver.start();
    fixture = await openProject('replaced');
    reader = new Api(platform, fixture.developer);
    image = `${host}/${fixture.project}/saos-cp-web:v1`;
    inside = `/projects/${fixture.project}/repositories/saos-cp-web`;
    await fixture.api.create(`/projects/${fixture.project}/webhook/policies`, {
      ...{ name: 'replaced', enabled: true, event_types: ['SIGNED_TAG_REPLACED'] },
      targets: [{ type: 'http', address: receiver.url('/replaced') }],
    });
    owner = await client({ DOCKER_CONTENT_TRUST: '1', ...passphrases });
    thief = await client();
  });
  afterAll(async () => {
    for (const home of homes) home.remove();
    await receiver.stop();
  });

  it('is signed at first', async () => {
    await makeImage(owner);
    signed = digestIn((await owner('push', image)).output);
    await until('the tag is signed', async () => (await tag()).signature_status === 'signed');
  });

  it('is replaced by who has the password, but not signed', async () => {
    await makeImage(thief);
    evil = digestIn((await thief('push', image)).output);
    expect(await tag()).toMatchObject({ name: 'v1', digest: evil, signature_status: 'invalid' });
    await makeImage(thief);
    const homeless = await client({ DOCKER_CONTENT_TRUST: '1', ...passphrases });
    const { code, output } = await homeless.attempt('push', image);
    expect(code).not.toBe(0);
    expect(output).toMatch(/no valid signing keys|could not find necessary signing keys|failed to sign/i);
    evil = (await tag()).digest;
  });

  it('is kept by clients with content trust', async () => {
    const { output } = await pullFresh(owner);
    expect(output).toContain(`v1@${signed}`);
  });

  it('is shown: what, who, when and from where', async () => {
    await until('the history tells', async () => (await replacement()).replaced_signed, 60_000);
    expect(await replacement()).toMatchObject({
      operation: 'move',
      ...{ signature_status: 'invalid', previous_signature_status: 'signed', replaced_signed: true },
      actor: fixture.maintainer.username,
      source_address: expect.stringMatching(/^[0-9a-f.:]+$/),
    });
    const details = await reader.get<{ reasons: { code: string }[]; tags: { reasons: { code: string }[] }[] }>(
      `${inside}/artifacts/v1/additions/signatures`,
    );
    expect(details.tags[0]!.reasons).toContainEqual(expect.objectContaining({ code: 'signature.replaced' }));
  });

  it('is told: a webhook and a row of the audit log, one for the one signed image that was replaced', async () => {
    const calls = () => receiver.on('/replaced', signed);
    await until('the webhook', () => calls().length > 0, 60_000);
    const [call] = calls();
    expect(call!.body).toMatchObject({
      type: 'SIGNED_TAG_REPLACED',
      operator: fixture.maintainer.username,
      event_data: {
        resources: [{ tag: 'v1' }],
        custom_attributes: { SignedDigest: signed, SourceAddress: expect.any(String) },
      },
    });
    const rows = () =>
      fixture.api.get<{ username: string; operation: string; resource: string }[]>(
        `/projects/${fixture.project}/logs?q=operation%3Dreplace`,
      );
    await until('the audit log', async () => (await rows()).length > 0, 60_000);
    expect(await rows()).toMatchObject([
      { username: fixture.maintainer.username, resource: `${fixture.project}/saos-cp-web:v1` },
    ]);
    expect(calls()).toHaveLength(1);
  });

  it('is kept from clients without content trust where the policy says so', async () => {
    expect((await pullFresh(thief)).code).toBe(0);
    await policy({ pull: 'block' });
    const { code, output } = await pullFresh(thief);
    expect(code).not.toBe(0);
    expect(output).toContain("is not signed as the project's trust policy asks");
  });

  it('is put back by one call', async () => {
    expectStatus(await reader.call('POST', `${inside}/tags/v1/restore`, { digest: signed }), 200);
    expect(await tag()).toMatchObject({ digest: signed, signature_status: 'signed' });
    expect((await pullFresh(thief)).output).toContain(signed);
  });

  it('cannot be replaced where signed tags are protected; docker shows what to do', async () => {
    await policy({ signed_tags: 'protected' });
    await makeImage(thief);
    const { code, output } = await thief.attempt('push', image);
    expect(code).not.toBe(0);
    expect(output).toMatch(/is stored, but not tagged v1: v1 is signed/);
    expect(output).toMatch(/notary addhash -p \S+\/saos-cp-web v1 \d+ --sha256 [0-9a-f]{64}/);
    expect(await tag()).toMatchObject({ digest: signed, signature_status: 'signed' });
  });

  it('is pushed where tags are made only on what is signed, and docker shows how to sign it', async () => {
    await policy({ push: 'block' });
    await makeImage(thief);
    const { code, output } = await thief.attempt('push', image);
    expect(code).not.toBe(0);
    const [, digest] = /saos-cp-web@(sha256:[0-9a-f]{64}) is stored, but not tagged v1/.exec(output)!;
    expect(output).toContain(`${host}/${fixture.project}/saos-cp-web@${digest}; then push again, or tag it`);
    await thief('pull', `${host}/${fixture.project}/saos-cp-web@${digest}`);
  });
}
