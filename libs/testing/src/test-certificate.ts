import { generateKeyPairSync } from 'node:crypto';
import { pki, md } from 'node-forge';

export interface TestCertificate {
  /** PEM; its own CA, good for `name` and 127.0.0.1. */
  cert: string;
  key: string;
}

const DAY = 86_400_000;

/** A new key, and a certificate signed with it; `from` and `to` in days from now, an hour ago to a day ahead unless given. */
export function makeTestCertificate(name = 'localhost', { from = -1 / 24, to = 1 } = {}): TestCertificate {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = pki.privateKeyFromPem(key);
  const certificate = pki.createCertificate();
  const subject = [{ name: 'commonName', value: name }];
  certificate.publicKey = pki.setRsaPublicKey(signer.n, signer.e);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() + from * DAY);
  certificate.validity.notAfter = new Date(Date.now() + to * DAY);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: name },
        { type: 7, ip: '127.0.0.1' },
      ],
    },
  ]);
  certificate.sign(signer, md.sha256.create());
  return { cert: pki.certificateToPem(certificate), key };
}
