import type { DigestAlgorithm } from '@breakwater/kernel';
import { CONFIG, deriveKey } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';

/** What the id itself tells of an upload that was handed out, and of which nothing was received yet. */
export interface FreshUpload {
  algorithm: DigestAlgorithm;
}

/*
 * A UUID of version 8 (RFC 9562 section 5.8): the second it was made in (4 bytes), 49 random bits with the algorithm's bit
 * among them, and 5 bytes of an HMAC over these and the repository.
 */
const macAt = 11;
const sha512Bit = 0x01;

/**
 * Ids of uploads that tell by themselves that they were handed out here: starting one writes nothing anywhere, and the
 * session is written with its first bytes. Whoever guesses one has started an upload, as he may anyway.
 */
@Injectable()
export class UploadIds {
  private readonly key: Buffer;
  private readonly ttlSeconds: number;
  /** Those that ended here lately. Of one that ended elsewhere a client that asks again begins anew. */
  private readonly ended = new LRUCache<string, true>({ max: 10_000 });

  constructor(@Inject(CONFIG) config: { SECRET_KEY: string; UPLOAD_TTL_SECONDS: number }) {
    this.key = deriveKey(config.SECRET_KEY, 'upload ids');
    this.ttlSeconds = config.UPLOAD_TTL_SECONDS;
  }

  make(repository: string, algorithm: DigestAlgorithm): string {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(nowSeconds(), 0);
    randomFillSync(bytes, 4, macAt - 4);
    bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
    bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
    bytes[10] = (bytes.readUInt8(10) & ~sha512Bit) | (algorithm === 'sha512' ? sha512Bit : 0);
    this.mac(bytes, repository).copy(bytes, macAt);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** Undefined for an id that was not made for this repository, too long ago, or whose upload has ended. */
  read(id: string, repository: string): FreshUpload | undefined {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
    if (bytes.length !== 16 || this.ended.has(id)) return undefined;
    if (!timingSafeEqual(this.mac(bytes, repository), bytes.subarray(macAt))) return undefined;
    const age = nowSeconds() - bytes.readUInt32BE(0);
    if (age >= this.ttlSeconds) return undefined;
    return { algorithm: bytes.readUInt8(10) & sha512Bit ? 'sha512' : 'sha256' };
  }

  markEnded(id: string): void {
    this.ended.set(id, true);
  }

  private mac(bytes: Buffer, repository: string): Buffer {
    const hmac = createHmac('sha256', this.key).update(bytes.subarray(0, macAt)).update(repository);
    return hmac.digest().subarray(0, 16 - macAt);
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
