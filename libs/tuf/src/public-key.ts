import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json';
import { firstOf, parseBundle } from './certificates';
import { TufError } from './errors';

/** A bundle of certificates, in base64. */
const longestKey = 64 * 1024;

/** `public`: base64 of the DER SPKI (ecdsa, rsa), of 32 bytes (ed25519), or of a PEM bundle (…-x509). */
export const publicKeySchema = z.object({
  keytype: z.string().min(1),
  keyval: z.object({ public: z.base64().max(longestKey), private: z.null().optional() }),
});
export type PublicKey = z.output<typeof publicKeySchema>;

const shortestRsa = 2_048;

/** Key id: SHA-256 of the key's canonical JSON, in which `private` is null. */
export function keyIdOf({ keytype, keyval }: PublicKey): string {
  const bytes = Buffer.from(keyval.public, 'base64').toString('base64');
  return hash('sha256', canonicalJson({ keytype, keyval: { private: null, public: bytes } }), 'hex');
}

/** The id under which clients keep the private key and show it: that of a certificate's bare public key. */
export function canonicalKeyIdOf(key: PublicKey): string {
  const bare = { 'ecdsa-x509': 'ecdsa', 'rsa-x509': 'rsa' }[key.keytype];
  if (bare === undefined) return keyIdOf(key);
  const spki = publicKeyObject(key).export({ type: 'spki', format: 'der' });
  return keyIdOf(publicKeyOf(bare, spki));
}

export function publicKeyOf(keytype: string, bytes: Buffer): PublicKey {
  return { keytype, keyval: { public: bytes.toString('base64'), private: null } };
}

/** Throws TufError when it cannot be read, is of another kind than it says, or an RSA key is too short. */
export function publicKeyObject(key: PublicKey): KeyObject {
  const bytes = Buffer.from(key.keyval.public, 'base64');
  const { type, read } = readers[key.keytype] ?? unknown(key.keytype);
  const object = readable(() => read(bytes));
  if (object.asymmetricKeyType !== type) throw new TufError(`the key is not of type ${key.keytype}`);
  if (type === 'rsa' && (object.asymmetricKeyDetails?.modulusLength ?? 0) < shortestRsa)
    throw new TufError(`key length is not supported: RSA key must be at least ${shortestRsa} bits.`);
  return object;
}

interface Reader {
  type: 'ec' | 'rsa' | 'ed25519';
  read: (bytes: Buffer) => KeyObject;
}

const spki = (bytes: Buffer): KeyObject => createPublicKey({ key: bytes, format: 'der', type: 'spki' });
const certificate = (bytes: Buffer): KeyObject => firstOf(parseBundle(bytes)).publicKey;

const readers: Partial<Record<string, Reader>> = {
  ecdsa: { type: 'ec', read: spki },
  rsa: { type: 'rsa', read: spki },
  'ecdsa-x509': { type: 'ec', read: certificate },
  'rsa-x509': { type: 'rsa', read: certificate },
  ed25519: {
    type: 'ed25519',
    read: (bytes) =>
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' }),
  },
};

function unknown(keytype: string): never {
  throw new TufError(`key type ${keytype.slice(0, 64)} is not supported`);
}

function readable(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TufError) throw cause;
    throw new TufError('the public key cannot be read', { cause });
  }
}
