import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './support/api';
import { type ClientHome, makeHome, withClient } from './support/clients';
import { send } from './support/http';
import { uniqueLayer } from './support/images';
import { currentPlatform, makePlatformFolder, type Running, startPlatform } from './support/platform';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';

jest.setTimeout(300_000);

const SUBJECT_ALTERNATIVE_NAME = `authorityKeyIdentifier=keyid,issuer
basicConstraints=CA:FALSE
keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment
extendedKeyUsage=serverAuth
subjectAltName=@alt_names

[alt_names]
DNS.1=localhost
IP.1=127.0.0.1
`;

/** A second copy beside the one under test, with a certificate made by hand (walkthrough W1, last line). */
withClient('openssl', (program) => {
  const folder = makePlatformFolder();
  const file = (name: string) => join(folder, name);
  let home: ClientHome;
  let running: Running;

  /** The commands of every guide: a CA, a key, a request, and the certificate with its names. */
  async function makeCertificate(): Promise<void> {
    const openssl = home.client(program);
    writeFileSync(file('v3.ext'), SUBJECT_ALTERNATIVE_NAME);
    const subject = (name: string) => ['-subj', `/C=NL/O=Harbour master/CN=${name}`];
    const key = (name: string) => ['-newkey', 'rsa:2048', '-sha512', '-nodes', '-keyout', file(name)];
    await openssl(
      'req',
      '-x509',
      '-days',
      '30',
      ...key('own-ca.key'),
      ...subject('Own CA'),
      '-out',
      file('own-ca.crt'),
    );
    await openssl('req', ...key('server.key'), ...subject('localhost'), '-out', file('server.csr'));
    const signer = ['-CA', file('own-ca.crt'), '-CAkey', file('own-ca.key'), '-CAcreateserial'];
    const request = ['-req', '-sha512', '-days', '30', '-extfile', file('v3.ext'), '-in', file('server.csr')];
    await openssl('x509', ...request, ...signer, '-out', file('server.crt'));
  }

  const args = [
    ...['--tls-cert', file('server.crt'), '--tls-key', file('server.key'), '--tls-ca', file('own-ca.crt')],
    ...['--hostname', 'localhost'],
  ];
  const https = (path: string, ca: string) => send(`https://localhost:${running.platform.httpsPort}${path}`, { ca });
  const ownCa = () => readFileSync(file('own-ca.crt'), 'utf8');

  beforeAll(async () => {
    home = makeHome();
    await makeCertificate();
    running = await startPlatform({ folder, args });
  });
  afterAll(async () => {
    await running?.stop();
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs beside the first', async () => {
    const first = currentPlatform();
    expect(running.platform.httpPort).not.toBe(first.httpPort);
    expect((await send(`${first.httpUrl}/api/v2.0/ping`)).text).toBe('Pong');
    expect((await send(`${running.platform.httpUrl}/api/v2.0/ping`)).text).toBe('Pong');
  });

  it('shows the certificate made with openssl', async () => {
    expect((await https('/v2/', ownCa())).status).toBe(401);
    const foreign = readFileSync(currentPlatform().caFile, 'utf8');
    await expect(https('/v2/', foreign)).rejects.toThrow(/certificate/);
  });

  it('offers its CA for download', async () => {
    expect((await https('/api/v2.0/systeminfo/getcert', ownCa())).text).toBe(ownCa());
  });

  it('takes another certificate while it runs, and leaves one alone that cannot work', async () => {
    const before = ownCa();
    writeFileSync(file('server.key'), readFileSync(file('own-ca.key')));
    const refused = `the old certificate stays in use: ${file('server.key')} is not the key of ${file('server.crt')}`;
    await until('the refusal', () => running.said().includes(refused), 30_000);
    expect((await https('/v2/', before)).status).toBe(401);

    await makeCertificate();
    const trusted = () =>
      https('/v2/', ownCa()).then(
        () => true,
        () => false,
      );
    await until('the new certificate', trusted, 30_000);
    await expect(https('/v2/', before)).rejects.toThrow(/certificate/);
    expect((await https('/api/v2.0/systeminfo/getcert', ownCa())).text).toBe(ownCa());
  });

  it('keeps everything over a restart', async () => {
    const { admin } = running.platform;
    const api = new Api(running.platform, admin);
    await api.createProject('kept');
    const before = await RepositoryClient.open(running.platform, 'kept/app', admin);
    const digest = await before.pushImage('v1', uniqueLayer());

    await running.stop();
    running = await startPlatform({ folder, args, again: running.platform });

    const after = await RepositoryClient.open(running.platform, 'kept/app', admin);
    const manifest = await after.send('GET', 'manifests/v1');
    expect(manifest.headers['docker-content-digest']).toBe(digest);
    // Tokens outlive it as well: the signing key was kept.
    expect((await before.send('HEAD', 'manifests/v1')).status).toBe(200);
  });
});
