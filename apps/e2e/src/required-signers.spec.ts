import { makeCertificate, makeRoot, toPem } from '@breakwater/testing/signing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientHome, describeAbsent, findPrograms, makeHome } from './support/clients';
import { Cosign, cosignVersions } from './support/cosign';
import { type Docker, withDocker } from './support/docker';
import { openProject } from './support/fixtures';
import type { Credentials } from './support/http';
import { writeIndexLayout } from './support/images';
import { addNotationKey } from './support/notation';
import type { Client, Finished } from './support/run';
import { TrustedProject } from './support/trust';

jest.setTimeout(180_000);

const version = cosignVersions.find(({ name }) => name === 'cosign-v3')!;
const wanted = ['notation', version.name, 'crane', 'oras', 'skopeo'];

/** A release that three must sign, each from a trust store of their own (W6), before anybody pulls it with anything. */
withDocker('an image that three must sign', (docker) => {
  const programs = Object.fromEntries(wanted.map((name) => [name, findPrograms(name)[0]]));
  const absent = wanted.filter((name) => !programs[name]);
  const { httpsHost } = docker.platform;
  if (absent.length > 0) return describeAbsent('signing', `${absent.join(' and ')} not installed`);
  if (!httpsHost) return describeAbsent('over https', 'the machine has no address outside loopback');
  threeSigners(docker, programs as Record<string, string>, httpsHost);
});

function threeSigners({ engine, clis, platform }: Docker, programs: Record<string, string>, host: string): void {
  let home: ClientHome;
  let trusted: TrustedProject;
  let notation: Client;
  let cosign: Cosign;
  let image: string;
  let index: string;
  let children: string[];

  const ca = { SSL_CERT_FILE: platform.caFile };
  const client = (name: string): Client => home.client(programs[name]!, ca);
  const dockers = (): Client[] => clis.map(({ program }) => home.client(program, { DOCKER_HOST: engine().host }));
  const login = ({ username, password }: Credentials): Promise<Finished> =>
    client('crane')('auth', 'login', host, '-u', username, '-p', password);

  /** What every client says that pulls this. */
  async function pulls(reference: string): Promise<Finished[]> {
    const target = (name: string) => join(home.folder, `${name}-${Math.random()}`);
    const from = `${image}${reference}`;
    return Promise.all([
      ...dockers().map((docker) => docker.attempt('pull', from)),
      client('skopeo').attempt('copy', `docker://${from}`, `dir:${target('skopeo')}`),
      client('crane').attempt('pull', '--format', 'oci', from, target('crane')),
      client('oras').attempt('copy', '--to-oci-layout', from, `${target('oras')}:v1`),
    ]);
  }

  async function addNotationSigner(name: string): Promise<void> {
    const root = makeRoot(`C=DE, ST=BE, O=acme, CN=${name} root`);
    addNotationKey(home, name, [makeCertificate({ subject: `C=DE, ST=BE, O=acme, CN=${name}`, issuer: root }), root]);
    await trusted.trust('ca', name, toPem(root.der));
  }

  beforeAll(async () => {
    home = makeHome();
    const fixture = await openProject('release');
    const { api, project, developer } = fixture;
    trusted = await TrustedProject.open(fixture, 'app');
    const signer = await api.createRobot({ project, name: 'signer', actions: ['pull', 'push', 'scanner-pull'] });
    image = `${host}/${project}/app`;
    notation = home.client(programs.notation!, {
      ...ca,
      NOTATION_USERNAME: developer.username,
      NOTATION_PASSWORD: developer.password,
    });
    cosign = new Cosign(home, programs[version.name]!, version, ca);
    await cosign.makeKey('release');
    for (const name of ['developers', 'testers']) await addNotationSigner(name);
    await trusted.trust('cosignKey', 'release', readFileSync(join(home.folder, 'release.pub')));
    await trusted.setPolicy({
      pull: 'block',
      signers: [
        { name: 'developer', system: 'notation', trusted_by: ['ca:developers'] },
        { name: 'tester', system: 'notation', trusted_by: ['ca:testers'] },
        { name: 'release', system: 'cosign', trusted_by: ['release'] },
      ],
    });
    await login(signer);
    index = writeIndexLayout(join(home.folder, 'index'), 'v1').digest;
    await client('skopeo')('copy', '--all', `oci:${join(home.folder, 'index')}:v1`, `docker://${image}:v1`);
    const blob = readFileSync(join(home.folder, 'index/blobs/sha256', index.slice('sha256:'.length)), 'utf8');
    children = (JSON.parse(blob) as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest);
  });
  afterAll(() => home.remove());

  it('is refused to every client while one of them is missing, and the answer names who and how', async () => {
    await notation('sign', '--key', 'developers', `${image}@${index}`);
    await notation('sign', '--key', 'testers', `${image}@${index}`);
    expect(await trusted.verified('v1', 2)).toMatchObject({
      status: 'unsigned',
      missing_signers: ['release'],
      signatures: [{ standing: 'valid' }, { standing: 'valid' }],
    });
    const { status, message } = await trusted.pull('v1');
    expect([status, message.includes('release: '), message.includes('cosign sign --key')]).toEqual([412, true, true]);
    await login(trusted.guest);
    for (const { code, output } of await pulls(':v1')) {
      expect(code).not.toBe(0);
      expect(output).toContain("is not signed as the project's trust policy asks");
    }
    for (const child of children) expect((await trusted.pull(child)).status).toBe(412);
  });

  it('is pulled by every client once all have signed the index, and so is each platform by its digest', async () => {
    const { api, project } = trusted.fixture;
    const signer = await api.createRobot({ project, name: 'release', actions: ['pull', 'push', 'scanner-pull'] });
    await login(signer);
    await cosign.sign('release', `${image}@${index}`);
    expect(await trusted.becomes('v1', 'signed')).toMatchObject({ missing_signers: [], reasons: [] });
    for (const child of children)
      expect(await trusted.becomes(child, 'signed')).toMatchObject({ inherited_from: [index] });
    await login(trusted.guest);
    for (const reference of [':v1', `@${children[0]}`])
      expect((await pulls(reference)).map(({ code, output }) => (code === 0 ? 'pulled' : output))).toEqual(
        Array(clis.length + 3).fill('pulled'),
      );
  });

  it('is verified by cosign for who may only pull', async () => {
    expect(await cosign.verify('release', `${image}@${index}`)).toMatchObject({ code: 0 });
  });
}
