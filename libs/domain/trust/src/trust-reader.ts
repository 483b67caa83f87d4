import type { CacheUsage } from '@breakwater/platform';
import { isExpired, namedHash, parseEnvelope, parseSnapshot, parseTimestamp } from '@breakwater/tuf';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TrustFilesRepository, type StoredFile } from './trust-files.repository';
import { TrustRefresher } from './trust-refresher';
import { metadataNotFound } from './trust-state';

const maxCachedBytes = 32 * 1024 * 1024;

/**
 * Role files as clients ask for them. Those in force are found from the timestamp down, so that what one client reads
 * belongs together. Bytes that are named by their hash are remembered; that they are still there is asked each time.
 */
@Injectable()
export class TrustReader {
  private readonly known = new LRUCache<string, StoredFile>({
    maxSize: maxCachedBytes,
    sizeCalculation: ({ data }, key) => data.length + key.length,
  });
  private readonly usage = { hits: 0, misses: 0 };

  constructor(
    private readonly files: TrustFilesRepository,
    private readonly refresher: TrustRefresher,
  ) {}

  get cacheUsage(): CacheUsage {
    return { ...this.usage, entries: this.known.size, bytes: this.known.calculatedSize };
  }

  /** The one in force; an expired timestamp or snapshot is signed anew first. Throws METADATA_NOT_FOUND, UNAVAILABLE. */
  async current(gun: string, role: string): Promise<StoredFile> {
    const fresh = role === 'timestamp' || role === 'snapshot';
    const found = await this.inForce(gun, fresh);
    if (role === 'timestamp') return found.timestamp;
    if (role === 'snapshot') return found.snapshot;
    const sha256 = namedHash(parseSnapshot(parseEnvelope(found.snapshot.data)).signed, role);
    if (sha256 === undefined) throw metadataNotFound();
    return this.bySha256(gun, role, sha256);
  }

  /** Throws METADATA_NOT_FOUND. */
  async byVersion(gun: string, role: string, version: number): Promise<StoredFile> {
    const found = await this.files.byVersion(gun, role, version);
    if (!found) throw metadataNotFound();
    return found;
  }

  /** `sha256` in hex. Throws METADATA_NOT_FOUND. */
  async bySha256(gun: string, role: string, sha256: string): Promise<StoredFile> {
    const key = `${sha256} ${role} ${gun}`;
    const known = this.known.get(key);
    const found = await this.files.bySha256(gun, role, { sha256, known: known?.id });
    if (!found) throw metadataNotFound();
    const { data } = found;
    this.usage[data === null ? 'hits' : 'misses']++;
    if (data === null) return known ?? this.bySha256(gun, role, sha256);
    const file = { ...found, data };
    this.known.set(key, file);
    return file;
  }

  private async inForce(gun: string, fresh: boolean): Promise<{ timestamp: StoredFile; snapshot: StoredFile }> {
    const now = new Date();
    const found = await this.timestampAndSnapshot(gun);
    if (!fresh || !found.expired(now)) return found;
    await this.refresher.refresh(gun, now);
    return this.timestampAndSnapshot(gun);
  }

  private async timestampAndSnapshot(gun: string) {
    const timestamp = await this.files.latest(gun, 'timestamp');
    if (!timestamp) throw metadataNotFound();
    const { signed } = parseTimestamp(parseEnvelope(timestamp.data));
    const snapshot = await this.bySha256(gun, 'snapshot', namedHash(signed, 'snapshot') ?? '');
    const expired = (now: Date): boolean =>
      isExpired(signed, now) || isExpired(parseSnapshot(parseEnvelope(snapshot.data)).signed, now);
    return { timestamp, snapshot, expired };
  }
}
