import { makeCertificate, makeRoot, type TestCertificate, toPem } from '@breakwater/testing/signing';
import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { forge } from './support/forgery';
import { uniqueLayer } from './support/images';
import { addNotationKey, notationPolicy, testCertificateOf } from './support/notation';
import { until } from './support/ports';
import { startRecordingProxy } from './support/recording-proxy';
import type { Client } from './support/run';
import { TrustedProject } from './support/trust';

jest.setTimeout(120_000);

const SECOND = 1_000;
/** Tags. */
const expiring = ['certificate', 'signature'];

/** The real notation, as people use it (W6), in a project where nobody pulls what is not signed. */
clientSuite('notation', (use) => {
  let suite: ClientSuite;
  let notation: Client;
  let trusted: TrustedProject;
  let image: (tag: string) => string;

  const push = (tag: string) => trusted.repository.pushImage(tag, uniqueLayer(1_024));
  const pullStatus = async (reference: string) => (await trusted.pull(reference)).status;
  const verifies = async (tag: string) => (await notation.attempt('verify', image(tag))).code === 0;
  const authority = (name: string) => makeRoot(`C=US, ST=WA, O=acme, CN=${name}`);
  const issued = (issuer: TestCertificate, notAfter?: Date) => [
    makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=builder', issuer, notAfter }),
    issuer,
  ];
  /** Signs with a key of this chain. */
  async function signAs(name: string, chain: TestCertificate[], tag: string): Promise<void> {
    addNotationKey(suite.home, name, chain);
    await notation('sign', '--key', name, image(tag));
  }

  beforeAll(async () => {
    suite = use();
    const { platform, project, developer, home } = suite;
    const host = platform.httpsHost ?? `localhost:${platform.httpsPort}`;
    image = (tag) => `${host}/${project}/nginx:${tag}`;
    notation = home.client(suite.program, {
      SSL_CERT_FILE: platform.caFile,
      NOTATION_USERNAME: developer.username,
      NOTATION_PASSWORD: developer.password,
    });
    trusted = await TrustedProject.open(suite, 'nginx');
    await notation('cert', 'generate-test', '--default', 'your-company');
    await trusted.trust('ca', 'your-company', testCertificateOf(home, 'your-company'));
    await trusted.setPolicy({ systems: ['notation'], pull: 'block' });
    writeFileSync(suite.path('policy.json'), notationPolicy('ca:your-company'));
    await notation('policy', 'import', 'policy.json');
  });

  it('an image that nobody signed stays where it is, and the answer tells what to type', async () => {
    await push('unsigned');
    const { status, message } = await trusted.pull('unsigned');
    expect(status).toBe(412);
    expect(message).toContain('PROJECTPOLICYVIOLATION');
    expect(message).toContain('notation sign');
  });

  it.each(['jws', 'cose'])('signed, as %s: notation and the platform say so, and it is pulled', async (format) => {
    await push(format);
    const signed = await notation('sign', '--signature-format', format, image(format));
    expect(signed.output).toContain('Successfully signed');
    expect(await trusted.becomes(format, 'signed')).toMatchObject({
      reasons: [],
      signatures: [{ system: 'notation', format, standing: 'valid', trusted_by: ['ca:your-company'] }],
    });
    expect((await trusted.tags())[format]).toBe('signed');
    expect((await notation('verify', image(format))).output).toContain('Successfully verified signature');
    expect((await notation('list', image(format))).output).toContain('application/vnd.cncf.notary.signature');
    expect(await pullStatus(format)).toBe(200);
  });

  it('signed with what will not be valid for long', async () => {
    const root = authority('short root');
    for (const tag of expiring) await push(tag);
    await trusted.trust('ca', 'short', toPem(root.der));
    await signAs('short', issued(root, new Date(Date.now() + 10 * SECOND)), 'certificate');
    await notation('sign', '--expiry', '8s', image('signature'));
    for (const tag of expiring) expect([tag, await pullStatus(tag)]).toEqual([tag, 200]);
  });

  it('signed with a certificate that nobody uploaded', async () => {
    await notation('cert', 'generate-test', 'stranger');
    await push('stranger');
    await notation('sign', '--key', 'stranger', image('stranger'));
    expect(await trusted.verified('stranger')).toMatchObject({
      status: 'unsigned',
      signatures: [{ standing: 'none', verdict: 'untrusted', trusted_by: [] }],
    });
    expect([await verifies('stranger'), await pullStatus('stranger')]).toEqual([false, 412]);
  });

  it('signed with a certificate of an authority that is not trusted, until it is', async () => {
    const other = authority('other root');
    await push('other');
    await signAs('other', issued(other), 'other');
    expect(await trusted.verified('other')).toMatchObject({
      status: 'unsigned',
      signatures: [{ verdict: 'untrusted' }],
    });
    expect(await pullStatus('other')).toBe(412);
    await trusted.trust('ca', 'other', toPem(other.der));
    await trusted.becomes('other', 'signed');
    expect(await pullStatus('other')).toBe(200);
  });

  it('a signature that was moved to another image', async () => {
    const { signatures } = await trusted.show('jws');
    const digest = await push('moved');
    await forge(trusted.repository, { signature: signatures[0]!.digest, onto: digest });
    expect(await trusted.verified('moved')).toMatchObject({ status: 'invalid', signatures: [{ verdict: 'invalid' }] });
    expect([await verifies('moved'), await pullStatus('moved')]).toEqual([false, 412]);
  });

  it('a signature whose content was changed', async () => {
    const digest = await push('tampered');
    await notation('sign', image('tampered'));
    const [signature] = (await trusted.becomes('tampered', 'signed')).signatures;
    const another = await push('another');
    const payload = (layer: Buffer) => {
      const envelope = JSON.parse(layer.toString()) as { payload: string };
      const signed = Buffer.from(envelope.payload, 'base64url').toString().replace(digest, another);
      return Buffer.from(JSON.stringify({ ...envelope, payload: Buffer.from(signed).toString('base64url') }));
    };
    await forge(trusted.repository, { signature: signature!.digest, onto: another, change: payload });
    expect(await trusted.verified('another')).toMatchObject({
      status: 'invalid',
      signatures: [{ verdict: 'invalid' }],
    });
    expect([await verifies('another'), await pullStatus('another')]).toEqual([false, 412]);
    // What it was taken from is what it was.
    expect([(await trusted.show('tampered')).status, await pullStatus('tampered')]).toEqual(['signed', 200]);
  });

  it('asks with HEAD alone while it signs, so a pull that is blocked does not stop it', async () => {
    const { platform, project } = suite;
    const proxy = await startRecordingProxy(platform);
    const digest = await push('recorded');
    const asked: string[] = [];
    for (const reference of [':recorded', `@${digest}`]) {
      await notation('sign', '--insecure-registry', `${proxy.host}/${project}/nginx${reference}`);
      asked.push(...proxy.taken());
    }
    await proxy.close();
    const manifests = `/v2/${project}/nginx/manifests`;
    expect(asked).toContain(`HEAD ${manifests}/recorded 200`);
    const readings = asked.filter((line) => line.startsWith(`GET ${manifests}`));
    // It keeps a tag with a list of the signatures, for registries that have no referrers.
    expect(readings.map((line) => line.split(' ')[1])).toEqual(
      Array(2).fill(`${manifests}/${digest.replace(':', '-')}`),
    );
    await trusted.becomes('recorded', 'signed');
  });

  it('is pulled no more when the certificate, or the signature, has expired', async () => {
    for (const tag of expiring) {
      await until(`${tag} has expired`, async () => (await pullStatus(tag)) === 412, 30_000);
      expect(await trusted.becomes(tag, 'expired')).toMatchObject({ signatures: [{ verdict: 'expired' }] });
      expect(await verifies(tag)).toBe(false);
    }
  });

  it('W6: where tags need a signature, an image is pushed by digest, signed, then tagged', async () => {
    await trusted.setPolicy({ systems: ['notation'], pull: 'block', push: 'block' });
    const { digest, tag } = await trusted.pushUntagged();
    await expect(tag('late')).rejects.toThrow(/PROJECTPOLICYVIOLATION[^]*notation sign/);
    await notation('sign', image('').replace(/:$/, `@${digest}`));
    await tag('late');
    expect(await pullStatus('late')).toBe(200);
  });
});
