import { TestScannerAdapter, testScannerMetadata } from '@breakwater/testing';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthType } from './adapter-auth';
import { ScannerClient } from './scanner-client';

const client = new ScannerClient({ SCANNER_ALLOWED_NETWORKS: ['127.0.0.0/8'] });
const adapter = new TestScannerAdapter();
const { signal } = new AbortController();

beforeAll(() => adapter.start());
afterAll(() => adapter.stop());
beforeEach(() => {
  adapter.asked.length = 0;
  adapter.status = 200;
  adapter.metadata = testScannerMetadata;
});

const ask = (auth: AuthType = '', accessCredential = '', by = client) =>
  by.metadata({ url: adapter.url(), auth, accessCredential, skipCertVerify: false }, signal);
const lastHeaders = () => adapter.asked.at(-1)?.headers;

describe('ScannerClient', () => {
  it('asks for metadata as the specification says', async () => {
    await expect(ask()).resolves.toMatchObject({ scanner: testScannerMetadata.scanner });
    expect(adapter.asked).toMatchObject([
      {
        path: '/api/v1/metadata',
        headers: { accept: expect.stringContaining('application/vnd.scanner.adapter.metadata+json; version=1.0') },
      },
    ]);
    expect(lastHeaders()).not.toHaveProperty('authorization');
  });

  it.each([
    ['Basic', 'user:pass:word', { authorization: `Basic ${Buffer.from('user:pass:word').toString('base64')}` }],
    ['Bearer', 'token', { authorization: 'Bearer token' }],
    ['X-ScannerAdapter-API-Key', 'key', { 'x-scanneradapter-api-key': 'key' }],
    ['APIKey', 'key', { 'x-scanneradapter-api-key': 'key' }],
  ] as const)('shows who it is: %s', async (auth, credential, headers) => {
    await ask(auth, credential);
    expect(lastHeaders()).toMatchObject(headers);
  });

  it('says why there are none, and nothing that is secret', async () => {
    adapter.status = 401;
    await expect(ask('Bearer', 'the-token')).rejects.toThrow(/^it answers 401$/);
    adapter.status = 200;
    adapter.metadata = { inside: 'of the network' };
    await expect(ask()).rejects.toThrow(/^its metadata are malformed: scanner: invalid_type$/);
    adapter.metadata = 'x'.repeat(300_000);
    await expect(ask()).rejects.toThrow('too long');
  });

  it('follows no redirect', async () => {
    const server = createServer((_request, response) =>
      response.writeHead(302, { location: adapter.url('/api/v1/metadata') }).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const asking = client.metadata({ url, auth: 'Bearer', accessCredential: 'a', skipCertVerify: false }, signal);
    await expect(asking).rejects.toThrow('it answers 302');
    expect(adapter.asked).toHaveLength(0);
    server.close();
  });

  it('asks no internal address without leave', async () => {
    const strict = new ScannerClient({ SCANNER_ALLOWED_NETWORKS: [] });
    await expect(ask('', '', strict)).rejects.toThrow('SCANNER_ALLOWED_NETWORKS does not allow it');
    expect(adapter.asked).toHaveLength(0);
  });
});
