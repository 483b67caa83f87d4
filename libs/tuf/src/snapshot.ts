import { TufError } from './errors';
import {
  checkHashes,
  fileMetaOf,
  invalidMetadata,
  parseSigned,
  snapshotSchema,
  timestampSchema,
  type Envelope,
  type FileMeta,
  type Signature,
  type SignedFile,
  type Snapshot,
  type Timestamp,
} from './metadata';
import { canonicalJson } from './canonical-json';
import { requireVersion } from './verification';

export type SnapshotFile = SignedFile<Snapshot>;
export type TimestampFile = SignedFile<Timestamp>;

const sha256Bytes = 32;

/** A snapshot that names root and targets by a SHA-256. Throws TufError. */
export function parseSnapshot(envelope: Envelope): SnapshotFile {
  const file = parseSigned(snapshotSchema, envelope, 'snapshot');
  requireVersion(file.signed.version, 'snapshot');
  for (const role of ['root', 'targets']) requireHash(file.signed.meta, role, 'snapshot');
  return file;
}

/** A timestamp that names the snapshot by a SHA-256. Throws TufError. */
export function parseTimestamp(envelope: Envelope): TimestampFile {
  const file = parseSigned(timestampSchema, envelope, 'timestamp');
  requireVersion(file.signed.version, 'timestamp');
  requireHash(file.signed.meta, 'snapshot', 'timestamp');
  return file;
}

function requireHash(meta: Readonly<Record<string, FileMeta>>, role: string, container: string): void {
  const sha256 = Object.hasOwn(meta, role) ? meta[role]?.hashes.sha256 : undefined;
  if (sha256 === undefined) throw invalidMetadata(container, `missing ${role} sha256 checksum information`);
  if (Buffer.from(sha256, 'base64').length !== sha256Bytes)
    throw invalidMetadata(container, `invalid ${role} checksum information, sha256 checksum invalid`);
}

/** SHA-256 in hex under which a snapshot or timestamp names a role; undefined when it does not. */
export function namedHash({ meta }: { meta: Readonly<Record<string, FileMeta>> }, role: string): string | undefined {
  const sha256 = Object.hasOwn(meta, role) ? meta[role]?.hashes.sha256 : undefined;
  return sha256 === undefined ? undefined : Buffer.from(sha256, 'base64').toString('hex');
}

/** Every file that was loaded must be the one that the snapshot names. Throws TufError. */
export function requireHashes({ signed }: SnapshotFile, files: ReadonlyMap<string, Buffer>): void {
  for (const [role, bytes] of files)
    checkHashes(bytes, role, Object.hasOwn(signed.meta, role) ? signed.meta[role] : undefined);
}

/** Years and days that Notary gives what the server signs. */
const snapshotYears = 3;
const timestampDays = 14;

/** What the server signs: times as text, in the order that does not matter since it goes out in canonical form. */
export type Unsigned = Record<string, unknown> & { version: number; expires: string };

/** The snapshot after `previous`, with what was published. Throws TufError when there is nothing to begin with. */
export function nextSnapshot(previous: Snapshot | undefined, files: ReadonlyMap<string, Buffer>, now: Date): Unsigned {
  if (!previous && !files.has('targets')) throw new TufError('targets must be loaded first');
  const kept = Object.entries(previous?.meta ?? {}).map(([role, { hashes, length }]): [string, FileMeta] => [
    role,
    { hashes, length },
  ]);
  const changed = [...files].map(([role, bytes]): [string, FileMeta] => [role, fileMetaOf(bytes)]);
  const expires = new Date(now);
  expires.setUTCFullYear(expires.getUTCFullYear() + snapshotYears);
  return {
    _type: 'Snapshot',
    expires: timeText(expires),
    meta: Object.fromEntries([...kept, ...changed]),
    version: (previous?.version ?? 0) + 1,
  };
}

/** The timestamp after `previous`, for that snapshot. */
export function nextTimestamp(previous: Timestamp | undefined, snapshot: Buffer, now: Date): Unsigned {
  return {
    _type: 'Timestamp',
    expires: timeText(new Date(now.getTime() + timestampDays * 24 * 3_600_000)),
    meta: { snapshot: fileMetaOf(snapshot) },
    version: (previous?.version ?? 0) + 1,
  };
}

/** A role file of canonical JSON, as clients write theirs. */
export function assemble(signed: Unsigned, signatures: readonly Signature[]): Buffer {
  return canonicalFile(canonicalJson(signed), signatures);
}

function canonicalFile(message: Buffer, signatures: readonly Signature[]): Buffer {
  return Buffer.concat([
    Buffer.from('{"signed":'),
    message,
    Buffer.from(`,"signatures":${JSON.stringify(signatures)}}`),
  ]);
}

/** RFC 3339 as Go writes it: without trailing zeros. */
function timeText(time: Date): string {
  return time.toISOString().replace(/\.?0+Z$/, 'Z');
}
