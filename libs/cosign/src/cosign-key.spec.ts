import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { makeKeyPair } from '@breakwater/testing/signing';
import { isSignedWith, parseCosignKey } from './cosign-key';

const pem = (kind: Parameters<typeof makeKeyPair>[0]) =>
  String(makeKeyPair(kind).publicKey.export({ type: 'spki', format: 'pem' }));

describe('an uploaded key', () => {
  it.each(['p256', 'p384', 'p521', 'rsa2048', 'ed25519'] as const)('may be %s', (kind) => {
    expect(parseCosignKey('a', pem(kind))).toMatchObject({
      name: 'a',
      thumbprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('may be RSA in its own form', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(parseCosignKey('a', String(publicKey.export({ type: 'pkcs1', format: 'pem' }))).key.equals(publicKey)).toBe(
      true,
    );
  });

  it.each<[string, string, RegExp]>([
    ['a private key', String(makeKeyPair('p256').privateKey.export({ type: 'pkcs8', format: 'pem' })), /private key/],
    ['an encrypted private key', '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAA==', /private key/],
    ['two keys', pem('p256') + pem('p256'), /one public key/],
    ['nothing', 'hello', /one public key/],
    ['half a key', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----', /cannot be read/],
    ['RSA of 1024 bits', pem('rsa1024'), /is not ECDSA/],
    ['another curve', pem('k256'), /is not ECDSA/],
  ])('may not be %s', (_, text, reason) => {
    expect(() => parseCosignKey('a', text)).toThrow(reason);
  });
});

describe('a signature', () => {
  const content = Buffer.from('content');

  it('may be made with the hash of the curve or SHA-256', () => {
    for (const [kind, hashes] of [
      ['p256', ['sha256']],
      ['p384', ['sha384', 'sha256']],
      ['p521', ['sha512', 'sha256']],
    ] as const) {
      const { privateKey, publicKey } = makeKeyPair(kind);
      for (const hash of hashes) expect(isSignedWith(publicKey, content, sign(hash, content, privateKey))).toBe(true);
      expect(isSignedWith(publicKey, content, sign('sha1', content, privateKey))).toBe(false);
    }
  });

  it('may be made with RSA in both paddings, and Ed25519', () => {
    const { privateKey, publicKey } = makeKeyPair('rsa2048');
    const pss = {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    expect(isSignedWith(publicKey, content, sign('sha256', content, privateKey))).toBe(true);
    expect(isSignedWith(publicKey, content, sign('sha512', content, pss))).toBe(true);
    expect(isSignedWith(publicKey, content, sign('sha1', content, privateKey))).toBe(false);
    const pair = makeKeyPair('ed25519');
    const signature = sign(null, content, pair.privateKey);
    expect(isSignedWith(pair.publicKey, content, signature)).toBe(true);
    expect(isSignedWith(pair.publicKey, Buffer.from('other'), signature)).toBe(false);
    expect(isSignedWith(pair.publicKey, content, Buffer.alloc(3))).toBe(false);
  });
});
