import { AppError, parseDigest, type DigestAlgorithm } from '@breakwater/kernel';
import type { BlobStore, UploadHandle } from '@breakwater/storage';
import { createHash, randomUUID, type Hash } from 'node:crypto';
import type { BlobClaim } from '../blobs/blobs.repository';
import { readDigestSoFar, writeDigestSoFar } from './digest-so-far';
import type { RunningHashes } from './running-hashes';
import type { FreshUpload, UploadIds } from './upload-ids';
import type { UploadBody } from './upload-body';
import type { UploadRoom } from './upload-room';
import type { ClaimedSession, NewSession, UploadSessionsRepository } from './upload-sessions.repository';

const renewEveryMs = 10_000;
/** Far less than the window of garbage collection (decision 14). */
const safeForMs = 30_000;

/** Someone else's write, or a chunk out of order: the session survives, and the client learns where it stands. */
export class UploadRangeError extends AppError {
  constructor(
    message: string,
    readonly receivedBytes: number,
  ) {
    super('RANGE_INVALID', message, { detail: { receivedBytes } });
  }
}

interface ClaimedUpload {
  id: string;
  projectId: number;
  repository: string;
  digest?: string;
}

/** One request's turn at writing an upload: nobody else writes until `release`. */
export class UploadWriter {
  private receivedBytes: number;
  private hash: Hash | undefined;
  private lost = false;
  private readonly claimedAt = performance.now();

  private constructor(
    private readonly session: ClaimedSession,
    private readonly writer: string,
    private readonly tools: {
      ids: UploadIds;
      sessions: UploadSessionsRepository;
      hashes: RunningHashes;
      store: BlobStore;
      room: UploadRoom;
      ttlSeconds: number;
    },
  ) {
    this.receivedBytes = session.receivedBytes;
    this.hash = tools.hashes.take(session.id, session.algorithm, session.receivedBytes);
  }

  /** `digest`: what it is to become. Throws BLOB_UPLOAD_UNKNOWN, or CONFLICT while another request is writing. */
  static async claim(upload: ClaimedUpload, tools: UploadWriter['tools']): Promise<UploadWriter> {
    const { id, repository, digest } = upload;
    const writer = randomUUID();
    const fresh = tools.ids.read(id, repository);
    const session = fresh
      ? await tools.sessions.begin(newSession(upload, fresh, tools.ttlSeconds), { writer, digest })
      : await tools.sessions.claim(id, repository, { writer, digest });
    if (session) return UploadWriter.open(session, writer, tools);
    const other = await tools.sessions.find(id, repository);
    if (other && !other.expired) throw new AppError('CONFLICT', 'this upload is being written by another request');
    throw unknownUpload(id);
  }

  private static async open(session: ClaimedSession, writer: string, tools: UploadWriter['tools']) {
    const { store, sessions } = tools;
    try {
      if (session.begun) await store.startUpload(session.id);
    } catch (error) {
      // The client may try again at once.
      await sessions.delete(session.id).catch(() => undefined);
      throw error;
    }
    return new UploadWriter(session, writer, tools);
  }

  /** Of the blob that it is to become, as `ClaimedSession` says, and not too long ago. */
  get claim(): BlobClaim | undefined {
    const { blobIsSafe, removal } = this.session;
    return blobIsSafe && performance.now() - this.claimedAt < safeForMs ? { removal } : undefined;
  }

  get size(): number {
    return this.receivedBytes;
  }

  get handle(): UploadHandle {
    return { id: this.session.id };
  }

  /** Appends a chunk. Throws DENIED when it does not fit the project's quota. On failure what arrived in order is kept, so that the client can go on from there. */
  async append(chunk: UploadBody): Promise<void> {
    const body = await this.tools.room.limit(this.session.room, chunk);
    this.checkRange(body);
    const before = this.receivedBytes;
    const timer = setInterval(() => void this.renew(), renewEveryMs);
    try {
      await this.tools.store.appendUpload(this.handle, before, this.whileOwned(body.stream), (bytes) => {
        this.hash?.update(bytes);
        this.receivedBytes += bytes.length;
      });
    } finally {
      clearInterval(timer);
    }
    if (body.range && this.receivedBytes - before !== body.range.end - body.range.start + 1) {
      this.forgetFrom(before);
      throw new AppError('SIZE_INVALID', 'the chunk is not as long as its Content-Range says');
    }
  }

  /** Throws DIGEST_INVALID unless the bytes so far have this digest. */
  async verify(digest: string): Promise<void> {
    const { algorithm, hex } = parseDigest(digest);
    const actual = await this.digest(algorithm);
    if (actual !== hex)
      throw new AppError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
        detail: { provided: digest, actual: `${algorithm}:${actual}` },
      });
  }

  /** Lets others write again, with what was received on record. */
  async release(): Promise<void> {
    const digestSoFar = this.hash ? writeDigestSoFar(this.hash) : null;
    const progress = { receivedBytes: this.receivedBytes, digestSoFar };
    const kept = await this.tools.sessions.release(this.session.id, this.writer, progress, this.tools.ttlSeconds);
    if (!kept) throw new AppError('CONFLICT', 'this upload was taken over by another request or cancelled');
    if (this.hash && this.receivedBytes > 0) this.tools.hashes.put(this.session.id, this.hash, this.receivedBytes);
  }

  private async digest(algorithm: DigestAlgorithm): Promise<string> {
    if (algorithm === this.session.algorithm) {
      if (this.hash) return this.hash.copy().digest('hex');
      const durable = this.tools.store.type === 's3';
      const unchanged = this.receivedBytes === this.session.receivedBytes;
      const onRecord = unchanged ? readDigestSoFar(this.session.digestSoFar, { durable }) : undefined;
      if (onRecord) return onRecord;
    }
    const hash = createHash(algorithm);
    for await (const chunk of await this.tools.store.readUpload(this.handle, this.receivedBytes))
      hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  /** distribution-spec "Pushing a blob in chunks": chunks come in order, and are as long as they say. */
  private checkRange({ range, length }: UploadBody): void {
    if (!range) return;
    if (range.start !== this.receivedBytes)
      throw new UploadRangeError(
        `the next chunk must start at ${this.receivedBytes}, not ${range.start}`,
        this.receivedBytes,
      );
    if (length !== undefined && length !== range.end - range.start + 1) {
      throw new AppError(
        'SIZE_INVALID',
        `Content-Range says ${range.end - range.start + 1} bytes, Content-Length ${length}`,
      );
    }
  }

  private forgetFrom(bytes: number): void {
    this.receivedBytes = bytes;
    this.hash = undefined;
  }

  private async renew(): Promise<void> {
    // A database that is away is no loss yet: the claim outlives several renewals.
    this.lost = !(await this.tools.sessions.renew(this.session.id, this.writer).catch(() => true));
  }

  private async *whileOwned(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      if (this.lost) throw new AppError('CONFLICT', 'this upload was taken over by another request or cancelled');
      yield chunk;
    }
  }
}

function newSession(
  { id, projectId, repository }: ClaimedUpload,
  { algorithm }: FreshUpload,
  ttlSeconds: number,
): NewSession {
  const digestSoFar = writeDigestSoFar(createHash(algorithm));
  return { id, projectId, repositoryName: repository, algorithm, digestSoFar, ttlSeconds };
}

export function unknownUpload(id: string): AppError {
  return new AppError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { detail: { id } });
}
