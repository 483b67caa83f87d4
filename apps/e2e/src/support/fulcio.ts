import { type TestCertificate, type TestSigstore, toPem } from '@breakwater/testing/signing';
import { createPublicKey } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Fulcio's two ways to ask for a certificate: version 1 (cosign 2) and version 2 (cosign 3). */
export interface Fulcio {
  url: string;
  close(): Promise<void>;
}

interface Asked {
  publicKey?: { content: string };
  publicKeyRequest?: { publicKey: { content: string } };
}

/** Certifies whom the token names and asks nobody: a token is what `identityToken` makes. */
export async function startFulcio(sigstore: TestSigstore, notAfter?: () => Date): Promise<Fulcio> {
  function certify(request: IncomingMessage, body: string): TestCertificate {
    const token = String(request.headers.authorization).split('.')[1] ?? '';
    const { email, iss } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { email: string; iss: string };
    const { publicKey, publicKeyRequest } = JSON.parse(body) as Asked;
    const pem = publicKeyRequest?.publicKey.content ?? Buffer.from(publicKey!.content, 'base64').toString();
    // The private key stays with cosign; only the public one goes into the certificate.
    const keys = { publicKey: createPublicKey(pem), privateKey: sigstore.authority.privateKey };
    return sigstore.certify(email, iss, { keys, notAfter: notAfter?.() });
  }
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      try {
        send(request, response, [certify(request, body), sigstore.authority]);
      } catch (error) {
        response.writeHead(400).end(String(error));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, chain: TestCertificate[]): void {
  const certificates = chain.map(({ der }) => toPem(der));
  if (request.url === '/api/v1/signingCert') {
    response.writeHead(201, { 'content-type': 'application/pem-certificate-chain' }).end(certificates.join(''));
    return;
  }
  const body = { signedCertificateEmbeddedSct: { chain: { certificates } } };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What an OpenID provider would say: who it is, and who says so. */
export function identityToken(email: string, issuer: string): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub: email, email, email_verified: true, aud: 'sigstore', iat: now, exp: now + 600 };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.alloc(64).toString('base64url')}`;
}
