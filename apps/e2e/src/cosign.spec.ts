import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { Cosign, cosignVersions, type CosignVersion } from './support/cosign';
import { forge } from './support/forgery';
import type { Credentials } from './support/http';
import { uniqueLayer } from './support/images';
import { startRecordingProxy } from './support/recording-proxy';
import { TrustedProject } from './support/trust';

jest.setTimeout(120_000);

/** The real cosign, version 2 and version 3, with keys, in a project where nobody pulls what is not signed. */
for (const version of cosignVersions) clientSuite(version.name, (use) => cosignSuite(use, version));

function cosignSuite(use: () => ClientSuite, version: CosignVersion): void {
  let suite: ClientSuite;
  let cosign: Cosign;
  let trusted: TrustedProject;
  let image: (digest: string) => string;
  let signer: Credentials;

  const kinds = Object.keys(version.kinds);
  const push = (tag: string) => trusted.repository.pushImage(tag, uniqueLayer(1_024));
  const login = (host: string, { username, password }: Credentials) =>
    cosign.run(['login', host, '-u', username, '-p', password]);
  const pullStatus = async (reference: string) => (await trusted.pull(reference)).status;

  beforeAll(async () => {
    suite = use();
    const { platform, project, home, api } = suite;
    const host = platform.httpsHost ?? `localhost:${platform.httpsPort}`;
    image = (digest) => `${host}/${project}/app@${digest}`;
    cosign = new Cosign(home, suite.program, version, { SSL_CERT_FILE: platform.caFile });
    trusted = await TrustedProject.open(suite, 'app');
    // It reads the manifest before it signs, which under this policy is for who was given `scanner-pull`.
    signer = await api.createRobot({ project, name: 'signer', actions: ['pull', 'push', 'scanner-pull'] });
    await login(host, signer);
    for (const key of ['release', 'stranger']) await cosign.makeKey(key);
    await trusted.trust('cosignKey', 'release', readFileSync(suite.path('release.pub')));
    await trusted.setPolicy({ systems: ['cosign'], pull: 'block' });
  });

  it('an image that nobody signed stays where it is, and the answer tells what to type', async () => {
    await push('unsigned');
    const { status, message } = await trusted.pull('unsigned');
    expect(status).toBe(412);
    expect(message).toContain('PROJECTPOLICYVIOLATION');
    expect(message).toContain('cosign sign --key');
  });

  it.each(kinds)('signed, as %s: cosign and the platform say so, and it is pulled', async (kind) => {
    const tag = `signed-${kinds.indexOf(kind)}`;
    const digest = await push(tag);
    await cosign.sign('release', image(digest), kind);
    expect(await trusted.becomes(tag, 'signed')).toMatchObject({
      reasons: [],
      signatures: [{ system: 'cosign', standing: 'valid', verdict: 'valid', trusted_by: ['release'] }],
    });
    expect((await trusted.tags())[tag]).toBe('signed');
    expect(await pullStatus(tag)).toBe(200);
    if (kind === kinds[0]) expect(await cosign.verify('release', image(digest))).toMatchObject({ code: 0 });
  });

  it.each(kinds)('signed with a key that nobody uploaded, as %s', async (kind) => {
    const tag = `stranger-${kinds.indexOf(kind)}`;
    const digest = await push(tag);
    await cosign.sign('stranger', image(digest), kind);
    expect(await trusted.verified(tag)).toMatchObject({
      status: 'unsigned',
      signatures: [{ standing: 'none', verdict: 'untrusted', trusted_by: [] }],
    });
    expect((await cosign.verify('release', image(digest))).code).not.toBe(0);
    expect(await pullStatus(tag)).toBe(412);
  });

  it.each(kinds)('a signature, as %s, moved to another image', async (kind) => {
    const { signatures } = await trusted.show(`signed-${kinds.indexOf(kind)}`);
    const tag = `moved-${kinds.indexOf(kind)}`;
    const digest = await push(tag);
    await forge(trusted.repository, { signature: signatures[0]!.digest, onto: digest });
    expect(await trusted.verified(tag)).toMatchObject({ status: 'invalid', signatures: [{ verdict: 'invalid' }] });
    expect((await cosign.verify('release', image(digest))).code).not.toBe(0);
    expect(await pullStatus(tag)).toBe(412);
  });

  it.each(kinds)('a signature, as %s, whose content names another image', async (kind) => {
    const signed = `signed-${kinds.indexOf(kind)}`;
    const signature = (await trusted.show(signed)).signatures[0]!.digest;
    const from = await digestOf(signed);
    const tag = `tampered-${kinds.indexOf(kind)}`;
    const digest = await push(tag);
    await forge(trusted.repository, { signature, onto: digest, change: (layer) => renamed(layer, from, digest) });
    // A bundle names its key. Of the others it can only be said that no known key has signed them.
    const came = kind === 'bundle' ? ['invalid', 'invalid'] : ['unsigned', 'untrusted'];
    const { status, signatures: found } = await trusted.verified(tag);
    expect([status, found[0]!.verdict]).toEqual(came);
    expect((await cosign.verify('release', image(digest))).code).not.toBe(0);
    expect(await pullStatus(tag)).toBe(412);
  });

  it('an attestation is no signature', async () => {
    const digest = await push('attested');
    writeFileSync(suite.path('provenance.json'), JSON.stringify({ buildDefinition: {}, runDetails: {} }));
    await cosign.attest('release', image(digest), 'provenance.json');
    expect(await pullStatus('attested')).toBe(412);
    const { status, signatures } = await trusted.show('attested');
    expect([status, signatures.filter(({ standing }) => standing !== 'none')]).toEqual(['unsigned', []]);
    await cosign.sign('release', image(digest));
    await trusted.becomes('attested', 'signed');
    expect(await pullStatus('attested')).toBe(200);
  });

  it('reads the manifest before it signs: whoever may not is told so', async () => {
    const { platform, project, developer } = suite;
    const proxy = await startRecordingProxy(platform);
    const digest = await push('recorded');
    const manifests = `/v2/${project}/app/manifests`;
    await login(proxy.host, developer);
    await expect(cosign.sign('release', `${proxy.host}/${project}/app@${digest}`)).rejects.toThrow('not signed');
    expect(proxy.taken()).toContain(`GET ${manifests}/${digest} 412`);
    await login(proxy.host, signer);
    for (const reference of [':recorded', `@${digest}`]) {
      await cosign.sign('release', `${proxy.host}/${project}/app${reference}`);
      expect(proxy.taken()).toContain(`GET ${manifests}/${reference.slice(1)} 200`);
    }
    await proxy.close();
    await trusted.becomes('recorded', 'signed');
  });

  it.each(kinds)('where tags need a signature: pushed by digest, signed, as %s, then tagged', async (kind) => {
    await trusted.setPolicy({ systems: ['cosign'], pull: 'block', push: 'block' });
    const { digest, tag } = await trusted.pushUntagged();
    const name = `late-${kinds.indexOf(kind)}`;
    await expect(tag(name)).rejects.toThrow(/PROJECTPOLICYVIOLATION[^]*cosign sign/);
    await cosign.sign('release', image(digest), kind);
    await tag(name);
    expect(await pullStatus(name)).toBe(200);
  });

  const digestOf = async (tag: string): Promise<string> =>
    String((await trusted.repository.send('HEAD', `manifests/${tag}`)).headers['docker-content-digest']);
}

/** The same document about another image, wherever it stands: in the open, or in the payload of an envelope. */
function renamed(layer: Buffer, from: string, to: string): Buffer {
  const replace = (text: string) => text.replaceAll(from.slice('sha256:'.length), to.slice('sha256:'.length));
  const document = JSON.parse(replace(layer.toString())) as { dsseEnvelope?: { payload: string } };
  const { dsseEnvelope } = document;
  if (dsseEnvelope) {
    const payload = replace(Buffer.from(dsseEnvelope.payload, 'base64').toString());
    dsseEnvelope.payload = Buffer.from(payload).toString('base64');
  }
  return Buffer.from(JSON.stringify(document));
}
