import { TestSigstore } from '@breakwater/testing/signing';
import { writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { Cosign, cosignVersions, type CosignVersion } from './support/cosign';
import { type Fulcio, identityToken, startFulcio } from './support/fulcio';
import { uniqueLayer } from './support/images';
import { startTimestampServer, type TimestampServer } from './support/timestamp-server';
import { TrustedProject } from './support/trust';

jest.setTimeout(120_000);

const issuer = 'https://token.actions.githubusercontent.com';
const pipeline = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';

interface Signing {
  who?: string;
  by?: TestSigstore;
  /** Of the certificate. */
  notAfter?: () => Date;
}

/** The real cosign without keys, by a Sigstore of one's own: our Fulcio in the test, openssl for the time, no log. */
for (const version of cosignVersions) clientSuite(version.name, (use) => keylessSuite(use, version));

function keylessSuite(use: () => ClientSuite, version: CosignVersion): void {
  let suite: ClientSuite;
  let cosign: Cosign;
  let trusted: TrustedProject;
  let clock: TimestampServer;
  const ours = new TestSigstore();
  const running: { close(): Promise<void> }[] = [];

  async function push(tag: string): Promise<string> {
    const { platform, project } = suite;
    const digest = await trusted.repository.pushImage(tag, uniqueLayer(1_024));
    return `${platform.httpsHost ?? `localhost:${platform.httpsPort}`}/${project}/app@${digest}`;
  }

  async function sign(image: string, { who = pipeline, by = ours, notAfter }: Signing = {}): Promise<void> {
    const fulcio = await startFulcio(by, notAfter);
    running.push(fulcio);
    // Version 3 looks at its own signature before it pushes it, with what the signer trusts.
    const { timestampAuthorities } = ours.trustedRoot as { timestampAuthorities: unknown };
    writeFileSync(suite.path('trusted-root.json'), JSON.stringify({ ...by.trustedRoot, timestampAuthorities }));
    writeFileSync(suite.path('token'), identityToken(who, issuer));
    await cosign.run(['sign', '--identity-token', 'token', '--yes', ...services(fulcio), image]);
  }

  function services({ url }: Fulcio): string[] {
    if (version.name === 'cosign-v2') {
      const own = ['--fulcio-url', url, '--timestamp-server-url', clock.url, '--insecure-skip-verify'];
      return [...own, '--tlog-upload=false'];
    }
    const service = (at: string) => ({
      url: at,
      majorApiVersion: 1,
      validFor: { start: '2020-01-01T00:00:00Z' },
      operator: 'test',
    });
    const config = {
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      caUrls: [service(url)],
      tsaUrls: [service(clock.url)],
      tsaConfig: { selector: 'ANY' },
    };
    writeFileSync(suite.path('signing-config.json'), JSON.stringify(config));
    return ['--signing-config', 'signing-config.json', '--trusted-root', 'trusted-root.json'];
  }

  beforeAll(async () => {
    suite = use();
    const { platform, project, api, home } = suite;
    clock = await startTimestampServer([ours.clock.certificate, ours.clock.root]);
    running.push(clock);
    cosign = new Cosign(home, suite.program, version, { SSL_CERT_FILE: platform.caFile });
    trusted = await TrustedProject.open(suite, 'app');
    const host = platform.httpsHost ?? `localhost:${platform.httpsPort}`;
    const signer = await api.createRobot({ project, name: 'signer', actions: ['pull', 'push', 'scanner-pull'] });
    await cosign.run(['login', host, '-u', signer.username, '-p', signer.password]);
    await trusted.trust('sigstoreRoot', 'own', JSON.stringify(ours.trustedRoot));
    await trusted.setPolicy({
      systems: ['cosign'],
      pull: 'block',
      cosign: {
        identities: [{ name: 'pipeline', issuer, match: 'exact', subject: pipeline }],
        trusted_root: 'uploaded',
        keyless_signatures: { transparency_log: false, certificate_log: false },
      },
    });
  });
  afterAll(() => Promise.all(running.map((server) => server.close())));

  it('signed by the account that the policy names', async () => {
    const image = await push('signed');
    await sign(image);
    expect(await trusted.becomes('signed', 'signed')).toMatchObject({
      signatures: [
        { system: 'cosign', standing: 'valid', trusted_by: ['pipeline'], signer: { identity: pipeline, issuer } },
      ],
    });
    expect((await trusted.pull('signed')).status).toBe(200);
  });

  it('signed by another account', async () => {
    const image = await push('other');
    await sign(image, { who: pipeline.replace('release.yml', 'test.yml') });
    expect(await trusted.verified('other')).toMatchObject({
      status: 'unsigned',
      signatures: [{ verdict: 'untrusted', trusted_by: [] }],
    });
    expect((await trusted.pull('other')).status).toBe(412);
  });

  it('signed after the certificate had expired', async () => {
    const image = await push('expired');
    clock.delayMs = 4_000;
    const signing = sign(image, { notAfter: () => new Date(Date.now() + 2_000) });
    if (version.name === 'cosign-v3') {
      await expect(signing).rejects.toThrow('failed to verify leaf certificate');
    } else {
      await signing;
      // The time stamp proves that it was signed when nobody vouched for the account any more.
      const { status, signatures } = await trusted.verified('expired');
      expect([status, signatures[0]!.verdict]).toEqual(['unsigned', 'untrusted']);
    }
    clock.delayMs = 0;
    expect((await trusted.pull('expired')).status).toBe(412);
  });

  it('signed with a certificate of an authority that the trusted root does not have', async () => {
    const image = await push('untrusted');
    const theirs = new TestSigstore();
    await sign(image, { by: theirs });
    expect(await trusted.verified('untrusted')).toMatchObject({
      status: 'unsigned',
      signatures: [{ verdict: 'untrusted' }],
    });
    expect((await trusted.pull('untrusted')).status).toBe(412);
  });
}
