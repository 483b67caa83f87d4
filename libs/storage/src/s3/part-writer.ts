import type { UploadClaim } from '../upload-claims';
import { sizeOf, withPart, type UploadRecord } from './upload-record';

/** What a PartWriter does to storage. */
export interface PartSteps {
  /** How large part number n becomes; only the last may be smaller. */
  partBytes(number: number): number;
  /** Makes sure that there is a multipart upload, and that the record names it. */
  begin(record: UploadRecord): Promise<UploadRecord>;
  addPart(record: UploadRecord, part: Buffer): Promise<void>;
  write(record: UploadRecord): Promise<void>;
}

interface Sent {
  bytes?: Buffer;
  failure?: { error: unknown };
}

/**
 * Sends a body as parts. While one part is on its way the next is collected: at most two are held. What does not fill
 * a part becomes the record's tail. `onBytes` sees bytes when S3 has them.
 */
export class PartWriter {
  private pending: Buffer[];
  private pendingBytes: number;
  /** Bytes at the front of `pending` that an earlier append has written. */
  private known: number;
  private number: number;
  private sending: Promise<Sent> = Promise.resolve({});
  private failed = false;

  constructor(
    private record: UploadRecord,
    private readonly claim: UploadClaim,
    private readonly steps: PartSteps,
    private readonly onBytes: (chunk: Buffer) => void,
  ) {
    this.pending = [record.tail];
    this.pendingBytes = record.tail.length;
    this.known = record.tail.length;
    this.number = record.parts + 1;
  }

  /** Writes all of `body`, or what came before it failed; returns the size of the upload. */
  async drain(body: AsyncIterable<Buffer>): Promise<number> {
    try {
      for await (const chunk of body) await this.take(chunk);
    } finally {
      await this.end();
    }
    return sizeOf(this.record);
  }

  private async take(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      const room = Math.max(0, this.steps.partBytes(this.number) - this.pendingBytes);
      const piece = rest.subarray(0, room);
      this.pending.push(piece);
      this.pendingBytes += piece.length;
      rest = rest.subarray(piece.length);
      if (piece.length === room) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    await this.settle();
    this.sending = this.send(Buffer.concat(this.pending), this.known);
    this.pending = [];
    this.pendingBytes = 0;
    this.known = 0;
    this.number += 1;
  }

  /** After a part that failed nothing more is written: the record on S3 still tells what counts. */
  private async end(): Promise<void> {
    if (this.failed) return;
    await this.settle();
    const tail = Buffer.concat(this.pending);
    this.record = { ...this.record, tail };
    await this.claim.run(() => this.steps.write(this.record));
    this.report(tail.subarray(this.known));
  }

  /** Waits for the part on its way. */
  private async settle(): Promise<void> {
    const { bytes, failure } = await this.sending;
    this.sending = Promise.resolve({});
    if (failure) {
      this.failed = true;
      throw failure.error;
    }
    if (bytes) this.report(bytes);
  }

  private report(bytes: Buffer): void {
    if (bytes.length > 0) this.onBytes(bytes);
  }

  /** Never rejects. */
  private async send(part: Buffer, known: number): Promise<Sent> {
    try {
      const record = await this.claim.run(() => this.steps.begin(this.record));
      await this.claim.run(() => this.steps.addPart(record, part));
      this.record = withPart(record, part.length);
      return { bytes: part.subarray(known) };
    } catch (error) {
      return { failure: { error } };
    }
  }
}
