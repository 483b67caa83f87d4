import { constants, verify, type KeyObject } from 'node:crypto';
import { publicKeyObject, type PublicKey } from './public-key';

type Verifier = (key: KeyObject, message: Buffer, signature: Buffer) => boolean;

/** r and s in as many bytes as the curve has. */
const curveBytes: Partial<Record<string, number>> = { secp224r1: 28, prime256v1: 32, secp384r1: 48, secp521r1: 66 };
/** Shorter ones come from RSA keys that are too short. */
const shortestRsaSignature = 256;

/** SHA-256 whatever the curve; r and s side by side, not in ASN.1. */
const ecdsa: Verifier = (key, message, signature) => {
  const bytes = curveBytes[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType !== 'ec' || bytes === undefined || signature.length !== 2 * bytes) return false;
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

const eddsa: Verifier = (key, message, signature) =>
  key.asymmetricKeyType === 'ed25519' && signature.length === 64 && verify(null, message, key, signature);

const rsa =
  (padding: { padding: number; saltLength?: number }): Verifier =>
  (key, message, signature) =>
    key.asymmetricKeyType === 'rsa' &&
    signature.length >= shortestRsaSignature &&
    verify('sha256', message, { key, ...padding }, signature);

const pss = rsa({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });

const verifiers: Partial<Record<string, Verifier>> = {
  ecdsa,
  eddsa,
  rsapss: pss,
  rsapkcs1v15: rsa({ padding: constants.RSA_PKCS1_PADDING }),
  'pycrypto-pkcs#1 pss': pss,
};

/** Did this key make that signature over the message? A method that nobody knows verifies nothing. */
export function isSignedBy(key: PublicKey, message: Buffer, given: { method: string; sig: string }): boolean {
  const verifier = Object.hasOwn(verifiers, given.method) ? verifiers[given.method] : undefined;
  if (!verifier) return false;
  try {
    return verifier(publicKeyObject(key), message, Buffer.from(given.sig, 'base64'));
  } catch {
    // A key that cannot be read makes no signature valid.
    return false;
  }
}
