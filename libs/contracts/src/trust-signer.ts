import { z } from 'zod';

/*
 * What notary-signer is asked over http, `Authorization: Harbor-Secret …`. A key belongs to one role of one GUN, and
 * whoever asks for it names them both. Private keys are in no answer.
 */

/** The roles whose keys the platform may hold. */
export const signerRole = z.enum(['snapshot', 'timestamp']);
export type SignerRole = z.output<typeof signerRole>;

/** Longest name of a trusted repository: a host and a repository. */
export const maxGunLength = 512;

const keyId = z.string().regex(/^[0-9a-f]{64}$/, 'expected a key id');
const of = { gun: z.string().min(1).max(maxGunLength), role: signerRole };

/** `POST /keys`: the key that waits for its first use, made when there is none. */
export const newSignerKey = z.object(of);
export type SignerKeyOf = z.output<typeof newSignerKey>;

/** `publicKey`: base64 of the DER SPKI. */
export const signerKey = z.object({ keyId, algorithm: z.literal('ecdsa'), publicKey: z.base64() });
export type SignerPublicKey = z.output<typeof signerKey>;

/** `POST /keys/find`: those of them that the signer holds for that role and GUN. */
export const signerKeysWanted = z.object({ ...of, keyIds: z.array(keyId).max(100) });
export const signerKeysFound = z.object({ keys: z.array(signerKey) });

const keyOfSigner = z.object({ keyId, ...of });
const since = z.iso.datetime();

/** `POST /keys/idle`: in order of their ids, keys that were neither made, nor told of, nor used since `before`. */
export const idleSignerKeysWanted = z.object({
  before: since,
  /** Id of the last one that is known already. */
  after: z.string().max(64),
  limit: z.number().int().min(1).max(1_000),
});
export type IdleSignerKeysWanted = z.output<typeof idleSignerKeysWanted>;
export const signerKeysListed = z.object({ keys: z.array(keyOfSigner) });
export type ListedSignerKey = z.output<typeof keyOfSigner>;

/** `POST /keys/remove`: for ever, and only those of the GUN that have been idle since `before`. Answers which they were. */
export const signerKeysRemoval = z.object({
  gun: of.gun,
  /** Ids that stay whatever their age. */
  keep: z.array(z.string().max(64)).max(1_000),
  before: since,
  /** Only keys that have signed something: the others may wait for the publication that they were made for. */
  used: z.boolean(),
});
export type SignerKeysRemoval = z.output<typeof signerKeysRemoval>;

/** `POST /signatures`: ECDSA with SHA-256 over `content` (base64), r and s side by side (base64). */
export const signatureWanted = z.object({ ...of, keyId, content: z.base64() });
export const signatureMade = z.object({ keyId, algorithm: z.literal('ecdsa'), signature: z.base64() });
