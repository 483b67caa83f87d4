import { constants, type KeyObject, verify } from 'node:crypto';

type Hash = 'sha256' | 'sha384' | 'sha512';
interface Kind {
  padding: 'pkcs1' | 'pss' | 'none';
  hash: Hash;
}

const hashes: Hash[] = ['sha256', 'sha384', 'sha512'];
const kinds = new Map<string, Kind>(
  hashes.flatMap((hash, n): [string, Kind][] => [
    [`1.2.840.113549.1.1.${11 + n}`, { padding: 'pkcs1', hash }],
    [`1.2.840.113549.1.1.10/2.16.840.1.101.3.4.2.${1 + n}`, { padding: 'pss', hash }],
    [`1.2.840.10045.4.3.${2 + n}`, { padding: 'none', hash }],
  ]),
);
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

/** Signature algorithms that are accepted in certificates: SHA-2 with RSA or ECDSA, nothing older. */
export const isAcceptedAlgorithm = (algorithm: string): boolean => kinds.has(algorithm);

/** What is signed in ASN.1: certificates, CRLs, OCSP responses, CMS. */
export interface Signed {
  /** As `readAlgorithm` gives it. */
  algorithm: string;
  /** For algorithms that name no hash of their own (RFC 5652 lets `rsaEncryption` stand for PKCS #1 v1.5). */
  digest?: Hash;
  content: Uint8Array;
  signature: Uint8Array;
}

/** False as well when the key is of another kind than the algorithm, or the algorithm is not accepted. */
export function isSignedBy(key: KeyObject, { algorithm, digest, content, signature }: Signed): boolean {
  const plainRsa: Kind | undefined =
    algorithm === RSA_ENCRYPTION && digest !== undefined ? { padding: 'pkcs1', hash: digest } : undefined;
  const kind = kinds.get(algorithm) ?? plainRsa;
  if (kind === undefined || key.asymmetricKeyType !== (kind.padding === 'none' ? 'ec' : 'rsa')) return false;
  try {
    return verify(kind.hash, content, optionsFor(key, kind.padding), signature);
  } catch {
    return false;
  }
}

function optionsFor(key: KeyObject, padding: Kind['padding']) {
  if (padding === 'none') return { key, dsaEncoding: 'der' as const };
  return { key, padding: padding === 'pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING };
}
