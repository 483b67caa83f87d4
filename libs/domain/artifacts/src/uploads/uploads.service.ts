import { AppError, parseDigest, type DigestAlgorithm } from '@breakwater/kernel';
import { CONFIG } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomUUID } from 'node:crypto';
import { BlobKeeper } from '../blobs/blob-keeper';
import { RunningHashes } from './running-hashes';
import { UploadIds } from './upload-ids';
import { UploadRoom } from './upload-room';
import { UploadSessionsRepository } from './upload-sessions.repository';
import type { UploadBody } from './upload-body';
import { unknownUpload, UploadRangeError, UploadWriter } from './upload-writer';

/** Where an upload goes. */
export interface UploadTarget {
  projectId: number;
  /** With the project: `library/nginx`. */
  repository: string;
}

/** Blob uploads: sessions that any replica can go on with, hashed while they are written. */
@Injectable()
export class UploadsService {
  private readonly hashes = new RunningHashes();

  constructor(
    private readonly ids: UploadIds,
    private readonly sessions: UploadSessionsRepository,
    private readonly keeper: BlobKeeper,
    private readonly room: UploadRoom,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
    @Inject(CONFIG) private readonly config: { UPLOAD_TTL_SECONDS: number },
  ) {}

  /** Hands out an id; the session is written with the first bytes (`UploadIds`). */
  start({ repository }: UploadTarget, algorithm: DigestAlgorithm = 'sha256'): string {
    return this.ids.make(repository, algorithm);
  }

  /** Bytes received so far. Throws BLOB_UPLOAD_UNKNOWN. */
  async receivedBytes({ repository }: UploadTarget, id: string): Promise<number> {
    const session = await this.sessions.find(id, repository);
    // Handed out here, and nothing was received of it yet.
    if (!session && this.ids.read(id, repository)) return 0;
    if (!session || session.expired) throw unknownUpload(id);
    return session.receivedBytes;
  }

  /** Appends a chunk and returns the bytes received so far. */
  async append(target: UploadTarget, id: string, body: UploadBody): Promise<number> {
    const writer = await this.claim(target, id);
    try {
      await writer.append(body);
    } catch (error) {
      throw await this.settle(id, writer, error);
    }
    await writer.release();
    return writer.size;
  }

  /** Ends an upload, with a last chunk if there is one. Throws DIGEST_INVALID, and then the upload is gone. */
  async finish(target: UploadTarget, id: string, digest: string, body?: UploadBody): Promise<void> {
    parseDigest(digest);
    const writer = await this.claim(target, id, digest);
    try {
      if (body) await writer.append(body);
      await writer.verify(digest);
      await this.keeper.keep(target, writer, digest);
      this.forget(id);
    } catch (error) {
      throw await this.settle(id, writer, error);
    }
  }

  /** A whole blob in one request ("Single POST"): no session is needed. */
  async upload(target: UploadTarget, digest: string, body: UploadBody): Promise<void> {
    const { algorithm, hex } = parseDigest(digest);
    const { stream } = await this.room.within(target.projectId, body);
    const id = randomUUID();
    const handle = { id };
    await this.store.startUpload(id);
    const hash = createHash(algorithm);
    try {
      const size = await this.store.appendUpload(handle, 0, stream, (chunk) => hash.update(chunk));
      if (hash.digest('hex') !== hex)
        throw new AppError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
          detail: { provided: digest },
        });
      await this.keeper.keep(target, { handle, size }, digest);
    } catch (error) {
      await this.store.cancelUpload(handle);
      throw error;
    }
  }

  /** Throws BLOB_UPLOAD_UNKNOWN. */
  async cancel(target: UploadTarget, id: string): Promise<void> {
    await this.receivedBytes(target, id);
    await this.remove(id);
  }

  /** Forgets an upload of any repository, when it has expired, say. Unknown ones are no error. */
  async remove(id: string): Promise<void> {
    const session = await this.sessions.delete(id);
    this.forget(id);
    if (session) await this.store.cancelUpload({ id });
  }

  private claim(target: UploadTarget, id: string, digest?: string): Promise<UploadWriter> {
    const { ids, sessions, hashes, store, room } = this;
    const tools = { ids, sessions, hashes, store, room, ttlSeconds: this.config.UPLOAD_TTL_SECONDS };
    return UploadWriter.claim({ ...target, id, digest }, tools);
  }

  private forget(id: string): void {
    this.hashes.forget(id);
    this.ids.markEnded(id);
  }

  /**
   * A wrong digest ends the upload, and so do bytes that storage has no more (after a power cut): nothing could be
   * resumed. Anything else leaves it where it is. Returns what to throw.
   */
  private async settle(id: string, writer: UploadWriter, error: unknown): Promise<unknown> {
    const lost = isLost(error);
    if (lost || (error instanceof AppError && error.code === 'DIGEST_INVALID')) await this.remove(id);
    else await writer.release().catch(() => undefined);
    return lost ? unknownUpload(id) : error;
  }
}

/** The storage driver says that it has fewer bytes than were received, or none. */
function isLost(error: unknown): boolean {
  if (!(error instanceof AppError) || error instanceof UploadRangeError) return false;
  return error.code === 'RANGE_INVALID' || error.code === 'BLOB_UPLOAD_UNKNOWN';
}
