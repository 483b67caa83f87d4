import { AppError } from '@breakwater/kernel';
import {
  namedHash,
  parseEnvelope,
  parseSnapshot,
  parseTimestamp,
  TufError,
  type Snapshot,
  type Timestamp,
} from '@breakwater/tuf';
import { Injectable } from '@nestjs/common';
import { TrustFilesRepository } from './trust-files.repository';

/** What is in force in a repository, as its newest timestamp says. */
export interface TrustState {
  timestamp: Timestamp;
  snapshot: Snapshot;
  snapshotBytes: Buffer;
  /** Role → bytes, of every role that the snapshot names and that is there. */
  files: Map<string, Buffer>;
}

export const metadataNotFound = (): AppError =>
  new AppError('METADATA_NOT_FOUND', 'You have requested metadata that does not exist.');

/** Reads what is in force. Call inside a transaction that holds the GUN's lock. */
@Injectable()
export class TrustStates {
  constructor(private readonly files: TrustFilesRepository) {}

  /** Undefined when nothing was published. Throws TufError for what nobody can have published. */
  async read(gun: string): Promise<TrustState | undefined> {
    const stored = await this.files.latest(gun, 'timestamp');
    if (!stored) return undefined;
    const timestamp = parseTimestamp(parseEnvelope(stored.data)).signed;
    const sha256 = namedHash(timestamp, 'snapshot') ?? '';
    const snapshotBytes = (await this.files.named(gun, new Map([['snapshot', sha256]]))).get('snapshot');
    if (!snapshotBytes) throw new TufError(`the snapshot that the timestamp of ${gun} names is not stored`);
    const snapshot = parseSnapshot(parseEnvelope(snapshotBytes)).signed;
    const hashes = Object.keys(snapshot.meta).map((role) => [role, namedHash(snapshot, role) ?? ''] as const);
    return { timestamp, snapshot, snapshotBytes, files: await this.files.named(gun, new Map(hashes)) };
  }
}

/** When the first of the two expires. */
export function firstExpiry(...files: readonly { expires: Date | string }[]): Date {
  return new Date(Math.min(...files.map(({ expires }) => new Date(expires).getTime())));
}
