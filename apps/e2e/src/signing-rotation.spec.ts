import { makeCertificate, makeRoot, TestTimestampAuthority, toPem } from '@breakwater/testing/signing';
import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { uniqueLayer } from './support/images';
import { addNotationKey, enterNotationKey, notationPolicy } from './support/notation';
import { until } from './support/ports';
import { type Client, run } from './support/run';
import { startTimestampServer, type TimestampServer } from './support/timestamp-server';
import { TrustedProject } from './support/trust';

jest.setTimeout(120_000);

const SECOND = 1_000;
const extensions = `basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
`;

/** Signing certificates that change every quarter (W12), as docs/how-to/sign-and-verify.md says, with the real notation. */
clientSuite('notation', (use) => {
  let suite: ClientSuite;
  let notation: Client;
  let trusted: TrustedProject;
  let clock: TimestampServer;
  let image: (tag: string) => string;
  const root = makeRoot('C=DE, ST=BE, O=acme, CN=acme root');
  const authority = new TestTimestampAuthority();

  const pullStatus = async (tag: string) => (await trusted.pull(tag)).status;
  async function sign(tag: string, key: string, ...options: string[]): Promise<void> {
    await trusted.repository.pushImage(tag, uniqueLayer(1_024));
    await notation('sign', '--key', key, ...options, image(tag));
  }
  const stamped = () => ['--timestamp-url', clock.url, '--timestamp-root-cert', 'tsa-root.crt'];

  beforeAll(async () => {
    suite = use();
    const { platform, project, developer, home } = suite;
    image = (tag) => `${platform.httpsHost ?? `localhost:${platform.httpsPort}`}/${project}/app:${tag}`;
    notation = home.client(suite.program, {
      SSL_CERT_FILE: platform.caFile,
      NOTATION_USERNAME: developer.username,
      NOTATION_PASSWORD: developer.password,
    });
    clock = await startTimestampServer([authority.certificate, authority.root]);
    trusted = await TrustedProject.open(suite, 'app');
    writeFileSync(suite.path('acme-root.crt'), toPem(root.der));
    writeFileSync(suite.path('acme-root.key'), root.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(suite.path('tsa-root.crt'), toPem(authority.root.der));
    await trusted.trust('ca', 'acme', toPem(root.der));
    await trusted.trust('tsa', 'clock', toPem(authority.root.der));
    const notationRules = { verify_timestamp: 'afterCertExpiry' };
    await trusted.setPolicy({ systems: ['notation'], pull: 'block', notation: notationRules });
    await notation('cert', 'add', '--type', 'ca', '--store', 'acme', 'acme-root.crt');
    await notation('cert', 'add', '--type', 'tsa', '--store', 'clock', 'tsa-root.crt');
    writeFileSync(suite.path('policy.json'), notationPolicy('ca:acme', 'tsa:clock'));
    await notation('policy', 'import', 'policy.json');
  });
  afterAll(() => clock.close());

  it('signs with a certificate that is about to end, with a time stamp and without', async () => {
    const notAfter = new Date(Date.now() + 10 * SECOND);
    const subject = 'C=DE, ST=BE, O=acme, CN=release 2026-q4';
    addNotationKey(suite.home, '2026-q4', [makeCertificate({ subject, issuer: root, notAfter }), root]);
    await sign('stamped', '2026-q4', ...stamped());
    await sign('unstamped', '2026-q4');
    for (const tag of ['stamped', 'unstamped']) expect([tag, await pullStatus(tag)]).toEqual([tag, 200]);
  });

  it('signs with the next one, of the same authority, without a change on the platform', async () => {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: suite.home.folder });
    writeFileSync(suite.path('signing.ext'), extensions);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '2027-q1.key'];
    await openssl('req', ...key, '-subj', '/C=DE/ST=BE/O=acme/CN=release 2027-q1', '-out', '2027-q1.csr');
    const issuer = ['-CA', 'acme-root.crt', '-CAkey', 'acme-root.key', '-days', '100', '-extfile', 'signing.ext'];
    const { stdout } = await openssl('x509', '-req', '-in', '2027-q1.csr', ...issuer);
    writeFileSync(suite.path('2027-q1.crt'), stdout + toPem(root.der));
    const [keyPath, certPath] = [suite.path('2027-q1.key'), suite.path('2027-q1.crt')];
    enterNotationKey(suite.home, { name: '2027-q1', keyPath, certPath });
    await sign('next', '2027-q1', ...stamped());
    expect([await pullStatus('next'), (await trusted.show('next')).status]).toEqual([200, 'signed']);
  });

  it('the old signature outlives its certificate, for its time stamp proves when it was made', async () => {
    await until('the certificate has ended', async () => (await pullStatus('unstamped')) === 412, 30_000);
    expect(await trusted.becomes('unstamped', 'expired')).toMatchObject({ signatures: [{ verdict: 'expired' }] });
    expect((await notation.attempt('verify', image('unstamped'))).code).not.toBe(0);
    for (const tag of ['stamped', 'next']) {
      expect([tag, await pullStatus(tag)]).toEqual([tag, 200]);
      expect((await notation('verify', image(tag))).output).toContain('Successfully verified signature');
    }
    expect(await trusted.becomes('stamped', 'signed')).toMatchObject({
      signatures: [{ standing: 'valid', signed_time_source: 'timestamp-authority' }],
    });
  });
});
