import { constants, type KeyObject, verify } from 'node:crypto';
import { SignatureFault } from '@breakwater/kernel';

/** signature-specification.md "Algorithm Selection": kind and size of the key decide, never the signature's own word. */
export interface SignatureAlgorithm {
  jws: 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512';
  /** IANA COSE algorithm identifier. */
  cose: number;
  hash: 'sha256' | 'sha384' | 'sha512';
}

const algorithms = new Map<string, SignatureAlgorithm>([
  ['rsa 2048', { jws: 'PS256', cose: -37, hash: 'sha256' }],
  ['rsa 3072', { jws: 'PS384', cose: -38, hash: 'sha384' }],
  ['rsa 4096', { jws: 'PS512', cose: -39, hash: 'sha512' }],
  ['ec prime256v1', { jws: 'ES256', cose: -7, hash: 'sha256' }],
  ['ec secp384r1', { jws: 'ES384', cose: -35, hash: 'sha384' }],
  ['ec secp521r1', { jws: 'ES512', cose: -36, hash: 'sha512' }],
]);

export function signatureAlgorithmOf(key: KeyObject): SignatureAlgorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = `${key.asymmetricKeyType} ${modulusLength ?? namedCurve}`;
  const algorithm = algorithms.get(kind);
  if (algorithm === undefined) throw new SignatureFault(`a signing key of the kind "${kind}" is not accepted`);
  return algorithm;
}

/** ECDSA as r‖s of full length, RSASSA-PSS with a salt as long as the hash (RFC 7518, RFC 8152). */
export function isSignedWith(key: KeyObject, signed: Uint8Array, signature: Uint8Array): boolean {
  const { hash } = signatureAlgorithmOf(key);
  try {
    return key.asymmetricKeyType === 'ec'
      ? verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature)
      : verify(
          hash,
          signed,
          { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
          signature,
        );
  } catch {
    return false;
  }
}
