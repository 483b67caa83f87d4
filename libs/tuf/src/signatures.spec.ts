import fc from 'fast-check';
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { makeEcCertificate, makeTrustKey, signedBy } from '@breakwater/testing';
import { parseEnvelope, parseSigned, targetsSchema } from './metadata';
import { canonicalKeyIdOf, keyIdOf, publicKeyObject, publicKeyOf } from './public-key';
import { isSignedBy } from './signatures';
import { requireThreshold } from './verification';

const message = Buffer.from('what was signed');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const rsaKey = publicKeyOf('rsa', rsa.publicKey.export({ type: 'spki', format: 'der' }));
const pss = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

function ecKey(namedCurve: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const key = publicKeyOf('ecdsa', publicKey.export({ type: 'spki', format: 'der' }));
  return { key, privateKey, publicKey };
}

const base64 = (bytes: Buffer): string => bytes.toString('base64');
const p1363 = (privateKey: ReturnType<typeof ecKey>['privateKey']) =>
  base64(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

describe('every method that Notary knows', () => {
  it.each(['P-256', 'P-384', 'P-521'])('ecdsa on %s, r and s side by side', (curve) => {
    const { key, privateKey } = ecKey(curve);
    const sig = p1363(privateKey);
    expect(isSignedBy(key, message, { method: 'ecdsa', sig })).toBe(true);
    expect(isSignedBy(key, Buffer.from('another'), { method: 'ecdsa', sig })).toBe(false);
    const asn1 = base64(sign('sha256', message, privateKey));
    expect(isSignedBy(key, message, { method: 'ecdsa', sig: asn1 })).toBe(false);
  });

  it('eddsa, with the bare 32 bytes as key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = publicKeyOf('ed25519', Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'));
    const sig = base64(sign(null, message, privateKey));
    expect(isSignedBy(key, message, { method: 'eddsa', sig })).toBe(true);
    expect(isSignedBy(key, message, { method: 'ecdsa', sig })).toBe(false);
  });

  it.each([
    ['rsapss', sign('sha256', message, pss)],
    ['pycrypto-pkcs#1 pss', sign('sha256', message, pss)],
    ['rsapkcs1v15', sign('sha256', message, rsa.privateKey)],
  ])('%s', (method, signature) => {
    expect(isSignedBy(rsaKey, message, { method, sig: base64(signature) })).toBe(true);
    const other = method === 'rsapkcs1v15' ? 'rsapss' : 'rsapkcs1v15';
    expect(isSignedBy(rsaKey, message, { method: other, sig: base64(signature) })).toBe(false);
  });

  // `openssl req -x509` makes CAs of them, and delegations are added with such files.
  it.each([false, true])(
    'with a certificate in place of the key, which clients list under the bare key (CA: %p)',
    (ca) => {
      const { key, publicKey, privateKey } = ecKey('P-256');
      const pem = makeEcCertificate({ commonName: 'host/app', publicKey, privateKey, ca });
      const certified = publicKeyOf('ecdsa-x509', Buffer.from(pem));
      expect(isSignedBy(certified, message, { method: 'ecdsa', sig: p1363(privateKey) })).toBe(true);
      expect(canonicalKeyIdOf(certified)).toBe(keyIdOf(key));
    },
  );
});

describe('what is no signature', () => {
  it.each(['', 'none', 'hasOwnProperty', '__proto__', 'rsassa'])('method %p', (method) => {
    const { key, privateKey } = ecKey('P-256');
    expect(isSignedBy(key, message, { method, sig: p1363(privateKey) })).toBe(false);
  });

  it.each([
    ['a short RSA key', () => generateKeyPairSync('rsa', { modulusLength: 1_024 })],
    ['an EC key that says it is RSA', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('by %s', (_what, make) => {
    const { publicKey, privateKey } = make();
    const key = publicKeyOf('rsa', publicKey.export({ type: 'spki', format: 'der' }));
    const sig = base64(sign('sha256', message, privateKey));
    expect(isSignedBy(key, message, { method: 'rsapkcs1v15', sig })).toBe(false);
    expect(() => publicKeyObject(key)).toThrow(/key length|not of type/);
  });

  it.each([
    ['ecdsa', 'AAAA'],
    ['ed25519', 'AAAA'],
    ['ecdsa-x509', base64(Buffer.from('no PEM'))],
    ['dsa', 'AAAA'],
  ])('by a %s key of nothing', (keytype, bytes) => {
    const key = { keytype, keyval: { public: bytes, private: null } };
    expect(() => publicKeyObject(key)).toThrow();
    expect(isSignedBy(key, message, { method: 'ecdsa', sig: 'AAAA' })).toBe(false);
  });
});

const keys = [makeTrustKey(), makeTrustKey(), makeTrustKey(), makeTrustKey()];
const stranger = makeTrustKey();
const content = { _type: 'Targets', version: 1, expires: '2030-01-01T00:00:00Z', targets: {} };
const parsed = (bytes: Buffer) => parseSigned(targetsSchema, parseEnvelope(bytes), 'targets');
const roleOf = (threshold: number, listed = keys) => ({
  name: 'targets',
  threshold,
  keys: new Map(listed.map(({ id, key }) => [id, key])),
});

describe('thresholds', () => {
  it('count each key of the role once, and nobody else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (indices, threshold) => {
          const file = parsed(
            signedBy(
              indices.map((index) => keys[index] ?? stranger),
              content,
            ),
          );
          const distinct = new Set(indices.filter((index) => index < keys.length)).size;
          const check = (): Set<string> => requireThreshold(file, roleOf(threshold));
          if (distinct >= threshold) expect(check().size).toBe(distinct);
          else expect(check).toThrow('valid signatures did not meet threshold for targets');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cannot be nothing', () => {
    expect(() => requireThreshold(parsed(signedBy(keys, content)), roleOf(0))).toThrow('threshold');
    expect(() => requireThreshold(parsed(signedBy([], content)), roleOf(1))).toThrow('data has no signatures');
  });

  it('a key under another id than its own is an error, not a miss', () => {
    const role = { ...roleOf(1), keys: new Map([[keys[0]!.id, keys[1]!.key]]) };
    expect(() => requireThreshold(parsed(signedBy([keys[0]!], content)), role)).toThrow('key ID is not valid');
  });

  it('methods are read in any case', () => {
    const bytes = Buffer.from(signedBy([keys[0]!], content).toString().replace('"ecdsa"', '"ECDSA"'));
    expect(requireThreshold(parsed(bytes), roleOf(1)).size).toBe(1);
  });
});

it('a change of any byte of what was signed is noticed', () => {
  const bytes = signedBy([keys[0]!], { ...content, targets: { v1: { hashes: { sha256: 'AAAA' }, length: 3 } } });
  const end = bytes.indexOf('"signatures"');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: end - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= change;
      expect(() => requireThreshold(parsed(changed), roleOf(1))).toThrow();
    }),
    { numRuns: 400 },
  );
});
