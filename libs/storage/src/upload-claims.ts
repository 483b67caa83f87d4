import { AppError } from '@breakwater/kernel';

/** The right to change one upload's file. It ends when somebody else claims the same upload. */
export class UploadClaim {
  private ended = false;

  constructor(private busy: Promise<unknown>) {}

  /** Runs one change of the file, after earlier changes are through; refuses once the claim has ended. */
  async run<T>(change: () => Promise<T>): Promise<T> {
    await this.busy;
    if (this.ended) {
      throw new AppError('BLOB_UPLOAD_INVALID', 'Another request has continued this upload', {
        reason: 'upload.superseded',
      });
    }
    const result = change();
    this.busy = result.catch(() => undefined);
    return result;
  }

  /** Ends the claim. The promise resolves when the change under way, if any, is through. */
  end(): Promise<unknown> {
    this.ended = true;
    return this.busy;
  }
}

/**
 * One writer per upload in this process; the newest wins. A request that hangs on a dead connection must neither
 * block the client's retry nor write through its open file into a blob that the retry has finished meanwhile.
 * Between processes the upload session in Postgres does this.
 */
export class UploadClaims {
  private readonly claims = new Map<string, UploadClaim>();

  async hold<T>(uploadId: string, work: (claim: UploadClaim) => Promise<T>): Promise<T> {
    const claim = new UploadClaim(this.claims.get(uploadId)?.end() ?? Promise.resolve());
    this.claims.set(uploadId, claim);
    try {
      return await work(claim);
    } finally {
      if (this.claims.get(uploadId) === claim) this.claims.delete(uploadId);
    }
  }
}
