import { type TestCertificate, toPem } from '@breakwater/testing/signing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run';

/** A time stamp authority of RFC 3161 over http: openssl answers. */
export interface TimestampServer {
  url: string;
  /** How long it takes before it looks at its clock; at first 0. */
  delayMs: number;
  close(): Promise<void>;
}

const config = (folder: string): string =>
  `[tsa]
default_tsa = here
[here]
serial = ${join(folder, 'serial')}
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_chain = yes
ess_cert_id_alg = sha256
`;

/** `chain`: the authority's certificate, whose purpose is time stamping, and its root. */
export async function startTimestampServer(chain: TestCertificate[]): Promise<TimestampServer> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-tsa-'));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const [certificate, ...above] = chain.map(({ der }) => toPem(der));
  const key = chain[0]!.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const signer = ['-signer', file('tsa.crt', certificate!), '-inkey', file('tsa.key', key)];
  const fixed = ['-config', file('tsa.conf', config(folder)), ...signer, '-chain', file('chain.crt', above.join(''))];
  file('serial', '01\n');

  async function answer(query: Buffer): Promise<Buffer> {
    const [asked, told] = [file('query', query), join(folder, 'reply')];
    await run('openssl', ['ts', '-reply', '-queryfile', asked, '-out', told, ...fixed]);
    return readFileSync(told);
  }
  async function answerLater(query: Buffer): Promise<Buffer> {
    await new Promise((resolve) => setTimeout(resolve, clock.delayMs));
    return answer(query);
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      answerLater(Buffer.concat(parts)).then(
        (reply) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock: TimestampServer = {
    delayMs: 0,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return clock;
}
