import type { Session } from './connection';
import { attribute, mechanism, objectClass } from './constants';
import type { Handle, Template } from './cryptoki';
import { p256, spkiOfPoint } from './ec-public-key';
import { TokenError } from './token-error';
import { randomBytes } from 'node:crypto';

/** What has to hold of a private key for it never to leave the token. */
const promises = [
  [attribute.sensitive, true],
  [attribute.extractable, false],
  [attribute.alwaysSensitive, true],
  [attribute.neverExtractable, true],
] as const;

const idBytes = 16;
/** Handles that are remembered: looking for a key costs three calls. */
const maxKnownKeys = 10_000;

export interface GeneratedKey {
  /** CKA_ID of the private key. */
  id: Buffer;
  /** DER, SPKI. */
  publicKey: Buffer;
}

/** Leaves nothing in the token when it fails, unless the token is away by then. */
export async function generateKey(session: Session, label: string): Promise<GeneratedKey> {
  const { cryptoki, handle } = session;
  const id = randomBytes(idBytes);
  const named: Template = [
    [attribute.id, id],
    [attribute.label, Buffer.from(label)],
  ];
  const pair = await cryptoki.generateKeyPair(handle, mechanism.ecKeyPairGeneration, {
    // It goes with the session: who needs the public part has it.
    publicKey: [[attribute.token, false], [attribute.verify, true], [attribute.ecParameters, p256], ...named],
    privateKey: [
      [attribute.token, true],
      [attribute.private, true],
      [attribute.sensitive, true],
      [attribute.extractable, false],
      [attribute.sign, true],
      ...named,
    ],
  });
  try {
    const publicKey = spkiOfPoint(await cryptoki.attribute(handle, pair.publicKey, attribute.ecPoint));
    if (!publicKey) throw new TokenError('unfit', 'the token makes keys of another curve than P-256');
    await assertStays(session, pair.privateKey);
    return { id, publicKey };
  } catch (error) {
    await cryptoki.destroy(handle, pair.privateKey).catch(() => undefined);
    throw error;
  } finally {
    await cryptoki.destroy(handle, pair.publicKey).catch(() => undefined);
  }
}

export async function signDigest(session: Session, id: Buffer, digest: Buffer): Promise<Buffer> {
  const key = session.keys.get(id.toString('hex')) ?? (await findKey(session, id));
  if (key === undefined) throw new TokenError('missing', `the token holds no key ${id.toString('hex')}`);
  return session.cryptoki.sign(session.handle, mechanism.ecdsa, key, digest);
}

export async function destroyKey(session: Session, id: Buffer): Promise<void> {
  const key = await findKey(session, id);
  if (key === undefined) return;
  session.keys.delete(id.toString('hex'));
  await session.cryptoki.destroy(session.handle, key);
}

async function findKey({ cryptoki, handle, keys }: Session, id: Buffer): Promise<Handle | undefined> {
  const [key, another] = await cryptoki.find(handle, [
    [attribute.class, objectClass.privateKey],
    [attribute.token, true],
    [attribute.id, id],
  ]);
  if (another !== undefined) throw new TokenError('unfit', `the token holds two keys ${id.toString('hex')}`);
  if (keys.size >= maxKnownKeys) keys.clear();
  if (key !== undefined) keys.set(id.toString('hex'), key);
  return key;
}

async function assertStays({ cryptoki, handle }: Session, key: Handle): Promise<void> {
  for (const [type, wanted] of promises) {
    const value = await cryptoki.attribute(handle, key, type);
    if (value[0] !== Number(wanted))
      throw new TokenError('unfit', 'the token does not promise to keep its private keys to itself');
  }
}
