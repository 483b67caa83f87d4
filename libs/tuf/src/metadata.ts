import { hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json';
import { TufError } from './errors';
import { publicKeySchema } from './public-key';

/** RFC 3339; Go writes up to nine digits of a second, of which three are kept. */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/, 'expected a time of RFC 3339')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'there is no such time')
  .transform((text) => new Date(text));

const common = { version: z.int(), expires: time };
const keys = z.record(z.string(), publicKeySchema);
/**
 * Keys of a role, and signatures of a file. Each may cost a verification before anybody is known to be trusted, and
 * nobody needs so many.
 */
const maxSigners = 200;
/** Go writes an empty list as null. */
const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const keyIds = z
  .array(z.string())
  .max(maxSigners)
  .nullish()
  .transform((list) => list ?? []);

export const roleKeysSchema = z.object({ keyids: keyIds, threshold: z.int() });

/** `hashes`: algorithm → base64. `length`: bytes. */
export const fileMetaSchema = z.object({
  hashes: z.record(z.string(), z.base64()),
  length: z.int().min(0),
  custom: z.unknown().optional(),
});
export type FileMeta = z.output<typeof fileMetaSchema>;
const files = z.record(z.string(), fileMetaSchema);

export const rootSchema = z.object({
  ...common,
  _type: z.literal('Root'),
  consistent_snapshot: z.boolean().default(false),
  keys,
  roles: z.record(z.string(), roleKeysSchema),
});
export type Root = z.output<typeof rootSchema>;

const delegationSchema = z.object({ ...roleKeysSchema.shape, name: z.string(), paths: strings });
export type Delegation = z.output<typeof delegationSchema>;

export const targetsSchema = z.object({
  ...common,
  _type: z.literal('Targets'),
  targets: files.nullish().transform((found) => found ?? {}),
  delegations: z
    .object({
      keys: keys.nullish().transform((found) => found ?? {}),
      roles: z
        .array(delegationSchema)
        .nullish()
        .transform((found) => found ?? []),
    })
    .nullish()
    .transform((found) => found ?? { keys: {}, roles: [] }),
});
export type Targets = z.output<typeof targetsSchema>;

export const snapshotSchema = z.object({ ...common, _type: z.literal('Snapshot'), meta: files });
export type Snapshot = z.output<typeof snapshotSchema>;
export const timestampSchema = z.object({ ...common, _type: z.literal('Timestamp'), meta: files });
export type Timestamp = z.output<typeof timestampSchema>;

const signatureSchema = z.object({ keyid: z.string(), method: z.string().toLowerCase(), sig: z.base64() });
export type Signature = z.output<typeof signatureSchema>;

const envelopeSchema = z.object({
  signed: z.looseObject({ version: z.int().default(0) }),
  signatures: z
    .array(signatureSchema)
    .max(maxSigners)
    .nullish()
    .transform((found) => found ?? []),
});

/** A role file whose content nobody has looked at. */
export interface Envelope {
  bytes: Buffer;
  /** What was signed, as it was decoded: signatures are over its canonical form, unknown fields included. */
  signed: unknown;
  version: number;
  signatures: Signature[];
}

/** A role file that has the shape of its role. Signatures are not checked yet. */
export interface SignedFile<T> extends Omit<Envelope, 'signed' | 'version'> {
  signed: T;
  /** What the signatures are over. */
  message: Buffer;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws TufError when it is not one JSON object of `signed` and `signatures`. */
export function parseEnvelope(bytes: Buffer): Envelope {
  const decoded = decode(bytes);
  const { data, error } = envelopeSchema.safeParse(decoded);
  if (!data) throw new TufError(`not a signed file: ${describe(error)}`);
  return {
    bytes,
    signed: (decoded as { signed: unknown }).signed,
    version: data.signed.version,
    signatures: data.signatures,
  };
}

function decode(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new TufError('not JSON', { cause });
  }
}

/** The file as its role has it. `role` is for messages. Throws TufError. */
export function parseSigned<T extends z.ZodType>(
  schema: T,
  { bytes, signed, signatures }: Envelope,
  role: string,
): SignedFile<z.output<T>> {
  const result = schema.safeParse(signed);
  if (!result.success) throw invalidMetadata(role, describe(result.error));
  return { bytes, signed: result.data, signatures, message: canonicalJson(signed) };
}

export function invalidMetadata(role: string, message: string): TufError {
  return new TufError(`${role} type metadata invalid: ${message}`);
}

/** Clients read a kilobyte of an error, so the first problem has to do. */
function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.').slice(0, 100)}: ${issue.message.slice(0, 200)}` : 'malformed';
}

/** Hashes and length as snapshots and timestamps name a file. */
export function fileMetaOf(bytes: Buffer): FileMeta {
  const hashes = { sha256: hash('sha256', bytes, 'base64'), sha512: hash('sha512', bytes, 'base64') };
  return { hashes, length: bytes.length };
}

/** Throws TufError unless the bytes have every hash that is known, of which SHA-256 is one. */
export function checkHashes(bytes: Buffer, name: string, meta: FileMeta | undefined): void {
  const { hashes } = meta ?? { hashes: {} as Record<string, string> };
  if (hashes.sha256 === undefined)
    throw new TufError(`no checksums for supported algorithms were provided for ${name}`);
  for (const algorithm of ['sha256', 'sha512']) {
    const expected = hashes[algorithm];
    if (expected !== undefined && hash(algorithm, bytes, 'base64') !== expected)
      throw new TufError(
        `${algorithm} checksum for ${name} did not match: expected ${Buffer.from(expected, 'base64').toString('hex')}`,
      );
  }
}
