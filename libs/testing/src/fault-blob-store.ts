import type { Readable } from 'node:stream';
import type {
  BlobStat,
  BlobStore,
  ByteRange,
  FailedDeletion,
  RepositoryLink,
  StoredEntry,
  UploadHandle,
} from '@breakwater/storage';

type Step =
  'startUpload' | 'appendUpload' | 'readUpload' | 'finishUpload' | 'cancelUpload' | 'stat' | 'read' | 'delete';

interface Fault {
  error: Error;
  /** `after`: the step is done and its answer lost, as when a process dies in between. */
  when: 'before' | 'after';
}

/** A blob store that fails where a test says so, once per `failNext`. */
export class FaultBlobStore implements BlobStore {
  readonly type: BlobStore['type'];
  private readonly faults = new Map<Step, Fault>();
  private readonly unfinished = new Map<string, UploadHandle>();

  constructor(private readonly inner: BlobStore) {
    this.type = inner.type;
  }

  failNext(step: Step, error: Error, when: Fault['when'] = 'before'): void {
    this.faults.set(step, { error, when });
  }

  /** What a power cut may do: unfinished uploads lose their bytes, finished blobs keep theirs. */
  async cutPower(): Promise<void> {
    for (const upload of this.unfinished.values()) await this.inner.appendUpload(upload, 0, nothing(), () => undefined);
  }

  async startUpload(uploadId: string): Promise<void> {
    await this.run('startUpload', () => this.inner.startUpload(uploadId));
    this.unfinished.set(uploadId, { id: uploadId });
  }

  appendUpload(
    upload: UploadHandle,
    offset: number,
    body: AsyncIterable<Buffer>,
    onBytes: (chunk: Buffer) => void,
  ): Promise<number> {
    return this.run('appendUpload', () => this.inner.appendUpload(upload, offset, body, onBytes));
  }

  readUpload(upload: UploadHandle, size: number): Promise<Readable> {
    return this.run('readUpload', () => this.inner.readUpload(upload, size));
  }

  finishUpload(upload: UploadHandle, size: number, key: string): Promise<string | null> {
    return this.run('finishUpload', async () => {
      const storageKey = await this.inner.finishUpload(upload, size, key);
      this.unfinished.delete(upload.id);
      return storageKey;
    });
  }

  cancelUpload(upload: UploadHandle): Promise<void> {
    return this.run('cancelUpload', async () => {
      await this.inner.cancelUpload(upload);
      this.unfinished.delete(upload.id);
    });
  }

  stat(key: string): Promise<BlobStat | undefined> {
    return this.run('stat', () => this.inner.stat(key));
  }

  read(key: string, range?: ByteRange): Promise<Readable> {
    return this.run('read', () => this.inner.read(key, range));
  }

  delete(keys: string[], options?: { signal?: AbortSignal }): Promise<FailedDeletion[]> {
    return this.run('delete', () => this.inner.delete(keys, options));
  }

  quarantine(key: string): Promise<void> {
    return this.inner.quarantine(key);
  }

  walk(after?: string): AsyncIterable<StoredEntry> {
    return this.inner.walk(after);
  }

  walkRepositories(after?: string): AsyncIterable<RepositoryLink> {
    return this.inner.walkRepositories(after);
  }

  walkUploads(): AsyncIterable<StoredEntry> {
    return this.inner.walkUploads();
  }

  private async run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const fault = this.faults.get(step);
    this.faults.delete(step);
    if (fault?.when === 'before') throw fault.error;
    const result = await work();
    if (fault) throw fault.error;
    return result;
  }
}

async function* nothing(): AsyncIterable<Buffer> {}
