import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AppError } from '@breakwater/kernel';
import { ed25519ph } from '@noble/curves/ed25519';

/** A public key that a project trusts. */
export interface CosignKey {
  /** As the project's people call it. */
  name: string;
  key: KeyObject;
  /** SHA-256 of the SPKI in DER, lower-case hex. */
  thumbprint: string;
}

const HASHES = ['sha256', 'sha384', 'sha512'] as const;
type Hash = (typeof HASHES)[number];

/** cosign signs with SHA-256, whatever the curve; its newer bundles with the hash that is as long as the curve. */
const curveHashes = new Map<string | undefined, Hash[]>([
  ['prime256v1', ['sha256']],
  ['secp384r1', ['sha384', 'sha256']],
  ['secp521r1', ['sha512', 'sha256']],
]);
const MIN_RSA_BITS = 2048;

/** Takes an uploaded `cosign.pub`: PEM of ECDSA (P-256, P-384, P-521), RSA from 2048 bits, or Ed25519. Throws BAD_REQUEST. */
export function parseCosignKey(name: string, pem: string): CosignKey {
  if (/PRIVATE KEY-----/.test(pem))
    throw refused('this is a private key: keep it to yourself and upload the public one');
  const [block, ...others] =
    pem.match(/-----BEGIN (?:RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]*-----END (?:RSA )?PUBLIC KEY-----/g) ?? [];
  if (block === undefined || others.length > 0) throw refused('a file with one public key in PEM is needed');
  const key = readKey(block);
  if (!isAcceptedKey(key))
    throw refused('the key is not ECDSA P-256, P-384 or P-521, RSA of 2048 bits or more, or Ed25519');
  return { name, key, thumbprint: thumbprintOf(key) };
}

export const thumbprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw refused('the public key cannot be read', cause);
  }
}

function isAcceptedKey(key: KeyObject): boolean {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return curveHashes.has(namedCurve);
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= MIN_RSA_BITS;
  return key.asymmetricKeyType === 'ed25519';
}

/** Whether the key made the signature, in one of the ways in which cosign uses a key of its kind. */
export function isSignedWith(key: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  if (!isAcceptedKey(key)) return false;
  try {
    if (key.asymmetricKeyType === 'ed25519') return isSignedWithEd25519(key, content, signature);
    return attempts(key).some(([hash, options]) => verify(hash, content, options, signature));
  } catch {
    return false;
  }
}

/** cosign signs with Ed25519ph (RFC 8032 5.1), which OpenSSL 3.0 does not know; others sign with Ed25519 itself. */
function isSignedWithEd25519(key: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  const point = key.export({ type: 'spki', format: 'der' }).subarray(-32);
  return verify(null, content, key, signature) || ed25519ph.verify(signature, content, point, { zip215: false });
}

/** Key management services sign RSA with either padding. */
function attempts(key: KeyObject): [Hash, { key: KeyObject; padding?: number; saltLength?: number }][] {
  if (key.asymmetricKeyType === 'ec') {
    return (curveHashes.get(key.asymmetricKeyDetails?.namedCurve) ?? []).map((hash) => [hash, { key }]);
  }
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return HASHES.flatMap((hash): [Hash, { key: KeyObject }][] => [
    [hash, { key }],
    [hash, pss],
  ]);
}

function refused(problem: string, cause?: unknown): AppError {
  return new AppError('BAD_REQUEST', `invalid key: ${problem}`, { reason: 'trust.key_invalid', cause });
}
