import {
  extension,
  makeCertificate,
  makeKeyPair,
  makeRoot,
  sharedKeyPair,
  TestSigstore,
  toPem,
} from '@breakwater/testing/signing';
import { createHash, type KeyObject } from 'node:crypto';
import { readMaterials } from './material-files';

const root = makeRoot('C=DE, ST=BE, O=acme, CN=root');
const other = makeRoot('C=DE, ST=BE, O=acme, CN=other');
const rootPem = toPem(root.der);
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const read = (kind: Parameters<typeof readMaterials>[0]['kind'], content: string) =>
  readMaterials({ kind, name: 'acme', content });
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringMatching(message) as string });

function refused(kind: Parameters<typeof readMaterials>[0]['kind'], content: string): unknown {
  try {
    read(kind, content);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('certificates', () => {
  it('are taken one by one from a file of several, each once, with text between', () => {
    const file = `Certificate:\n  Data\n${rootPem}\nother\n${toPem(other.der)}${rootPem}`;
    const [first, second, ...more] = read('ca', file);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      ...{ kind: 'ca', name: 'acme' },
      thumbprint: createHash('sha256').update(root.der).digest('hex'),
      details: {
        certificate: { subject: 'C=DE, ST=BE, O=acme, CN=root', serial: root.serial },
        algorithm: 'ECDSA P-256',
      },
    });
    expect(second?.details.certificate?.subject).toContain('CN=other');
    expect(read('ca', String(first?.content))[0]?.thumbprint).toBe(first?.thumbprint);
  });

  it('may be a signing certificate that signed itself, as `notation cert generate-test` makes', () => {
    const own = toPem(makeCertificate({ subject: 'C=DE, ST=BE, O=acme, CN=your-company' }).der);
    expect(read('ca', own)).toHaveLength(1);
    expect(read('signingAuthority', own)).toHaveLength(1);
    expect(refused('tsa', own)).toEqual(refusal(/is not a root, and a tsa store holds roots only/));
  });

  it('may have expired: they vouch for what was time-stamped before', () => {
    const old = makeRoot('CN=old', { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') });
    expect(read('ca', toPem(old.der))[0]?.details.certificate?.notAfter).toBe('2021-01-01T00:00:00.000Z');
  });

  it.each([
    [
      'a leaf of somebody',
      () => toPem(makeCertificate({ subject: 'CN=leaf', issuer: root }).der),
      /neither an authority nor signed by itself/,
    ],
    [
      'one that is signed with SHA-1',
      () => toPem(makeRoot('CN=weak', { hash: 'sha1' }).der),
      /"CN=weak" is not signed with SHA-2/,
    ],
    ['a short RSA key', () => toPem(makeRoot('CN=short', { keys: makeKeyPair('rsa1024') }).der), /less than 2048 bits/],
    ['a file that is cut off', () => rootPem + rootPem.slice(0, 200), /begins 2 certificates, and 1 can be read/],
    ['a file that is damaged', () => rootPem.replace(/MII.{20}/, 'AAAAAAAAAAAAAAAAAAAAAAA'), /invalid trust store/],
    [
      'a request',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----',
      /request for a certificate/,
    ],
    ['PKCS #7', () => '-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----', /openssl pkcs7 -print_certs/],
    [
      'the form of OpenSSL',
      () => '-----BEGIN TRUSTED CERTIFICATE-----\nMIIB\n-----END TRUSTED CERTIFICATE-----',
      /openssl x509/,
    ],
    ['a public key', () => spki(root.publicKey), /upload it as a key of Cosign/],
    [
      'one of tens of thousands of bytes',
      () => toPem(makeRoot('CN=large', { extensions: [extension('1.2.3', Buffer.alloc(33_000))] }).der),
      /more than 32768 bytes/,
    ],
    ['anything else', () => 'hello', /a certificate in PEM is expected/],
  ])('are not %s', (_what, content, message) => {
    expect(refused('ca', content())).toEqual(refusal(message));
  });
});

describe('keys', () => {
  it.each([
    ['p256', 'ECDSA P-256'],
    ['p384', 'ECDSA P-384'],
    ['p521', 'ECDSA P-521'],
    ['rsa2048', 'RSA 2048'],
    ['ed25519', 'Ed25519'],
  ] as const)('may be %s', (kind, algorithm) => {
    const { publicKey } = sharedKeyPair(kind);
    const thumbprint = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    expect(read('cosignKey', spki(publicKey))).toEqual([
      { kind: 'cosignKey', name: 'acme', content: spki(publicKey), thumbprint, details: { algorithm } },
    ]);
  });

  it.each([
    ['of another curve', () => spki(makeKeyPair('k256').publicKey), /P-256, P-384 or P-521/],
    ['short', () => spki(makeKeyPair('rsa1024').publicKey), /RSA of 2048 bits or more/],
    ['two', () => spki(root.publicKey) + spki(other.publicKey), /one public key/],
    ['a certificate', () => rootPem, /it is a certificate/],
  ])('are not %s', (_what, content, message) => {
    expect(refused('cosignKey', content())).toEqual(refusal(message));
  });
});

describe('private keys', () => {
  const secret = makeKeyPair('p256').privateKey;
  it.each([
    ['beside a certificate', 'ca', rootPem + pkcs8(secret)],
    ['as a key of Cosign', 'cosignKey', pkcs8(secret)],
    [
      'encrypted by Cosign',
      'cosignKey',
      '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJr\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----',
    ],
    ['as a JSON Web Key', 'sigstoreRoot', JSON.stringify(secret.export({ format: 'jwk' }))],
  ] as const)('are refused %s, with what to do', (_where, kind, content) => {
    expect(refused(kind, content)).toEqual(refusal(/it holds a private key\. .* make a new one/));
  });
});

describe('a trusted root', () => {
  it('is kept as it came', () => {
    const json = JSON.stringify(new TestSigstore().trustedRoot, null, 2);
    expect(read('sigstoreRoot', json)).toMatchObject([{ kind: 'sigstoreRoot', content: json, details: {} }]);
  });

  it.each([
    ['no JSON', 'hello', /this is not JSON/],
    ['other JSON', '{}', /media type of a trusted root/],
    [
      'without authorities',
      JSON.stringify({ ...new TestSigstore().trustedRoot, certificateAuthorities: [] }),
      /no certificate authority/,
    ],
  ])('is not %s', (_what, content, message) => {
    expect(refused('sigstoreRoot', content)).toEqual(refusal(message));
  });
});
