import { open, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { failpoint } from '@breakwater/kernel';
import type {
  BlobStat,
  BlobStore,
  ByteRange,
  FailedDeletion,
  RepositoryLink,
  StoredEntry,
  UploadHandle,
} from '../blob-store';
import { inTurn } from '../in-turn';
import { UPLOADS_FOLDER, blobKey, digestOfKey, isUploadId, quarantineName } from '../layout';
import { blobUnknown, keyInvalid, uploadUnknown } from '../refusals';
import { UploadClaims, type UploadClaim } from '../upload-claims';
import { BatchWriter } from './batch-writer';
import { DurableFolders } from './durable-folders';
import { copyPart, streamPart } from './file-stream';
import { cutTo, dateAndCut, openBlob, openUpload, partOf, removeIfPresent, requireBytes, statFile } from './files';
import { OpenUploads } from './open-uploads';
import { explained, isMissing, isThere } from './storage-error';
import { TreeWalks } from './tree-walks';
import { volumeOf } from './volume';

/** nginx, which sends blobs by X-Accel-Redirect, runs under the same account or group. */
const FILE_MODE = 0o640;
/** A delete may take a folder away while it is made, or before it is renamed into; each try needs another such delete. */
const RENAME_TRIES = 10;
/** Files removed at once: more than Node's threads would only wait. */
const DELETE_WIDTH = 16;

/** Blobs as files below `root`, in distribution's layout (layout.ts). Needs one POSIX filesystem. */
export class FilesystemBlobStore implements BlobStore {
  readonly type = 'filesystem';
  private readonly root: string;
  private readonly folders: DurableFolders;
  private readonly claims = new UploadClaims();
  private readonly open = new OpenUploads();
  private readonly walks: TreeWalks;

  constructor(root: string) {
    this.root = resolve(root);
    this.folders = new DurableFolders(this.root);
    this.walks = new TreeWalks(this.root);
  }

  async startUpload(uploadId: string): Promise<void> {
    const path = this.uploadPath(uploadId);
    const create = async () => this.open.keep(uploadId, await open(path, 'wx', FILE_MODE), 0);
    await explained(async () => {
      try {
        await create();
      } catch (error) {
        if (isMissing(error)) await this.folders.make(dirname(path));
        // Not cut: whoever still writes to it writes to a file without a name.
        else if (isThere(error)) await removeIfPresent(unlink, path);
        else throw error;
        await create();
      }
    });
  }

  async appendUpload(
    upload: UploadHandle,
    offset: number,
    body: AsyncIterable<Buffer>,
    onBytes: (chunk: Buffer) => void,
  ): Promise<number> {
    const path = this.uploadPath(upload.id);
    return this.claims.hold(upload.id, async (claim) => {
      const handle = await this.openAt(upload.id, path, { offset, claim });
      try {
        const size = await new BatchWriter(handle, claim, offset, onBytes).drain(body);
        this.open.keep(upload.id, handle, size);
        return size;
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async readUpload(upload: UploadHandle, size: number): Promise<Readable> {
    const handle = await openUpload(this.uploadPath(upload.id));
    return streamPart(handle, async () => {
      requireBytes(await handle.stat(), size);
      return { start: 0, length: size };
    });
  }

  async finishUpload(upload: UploadHandle, size: number, key: string): Promise<null> {
    const source = this.uploadPath(upload.id);
    const target = this.blobPath(key);
    const commit = async () => {
      await this.seal(upload.id, source, size);
      failpoint('upload.after-fsync');
      await this.moveInto(source, target);
      failpoint('upload.after-rename');
      await this.folders.sync(dirname(target));
      failpoint('upload.after-folder-sync');
    };
    await this.claims.hold(upload.id, (claim) => explained(() => claim.run(commit)));
    return null;
  }

  async cancelUpload(upload: UploadHandle): Promise<void> {
    const path = this.uploadPath(upload.id);
    // Ends an append that hangs; waiting for its last write is needless, for that goes to a file without a name.
    await this.claims.hold(upload.id, async () => {
      await this.open.drop(upload.id);
      await explained(() => removeIfPresent(unlink, path));
    });
  }

  async stat(key: string): Promise<BlobStat | undefined> {
    const path = this.blobPath(key);
    return explained(() => statFile(path));
  }

  capacity(): Promise<{ total: number; free: number }> {
    return explained(() => volumeOf(this.root));
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const handle = await openBlob(this.blobPath(key));
    return streamPart(handle, () => partOf(handle, range));
  }

  async copyTo(key: string, begin: () => Writable, range?: ByteRange): Promise<void> {
    const handle = await openBlob(this.blobPath(key));
    await copyPart(handle, () => partOf(handle, range), begin);
  }

  async delete(keys: string[], { signal }: { signal?: AbortSignal } = {}): Promise<FailedDeletion[]> {
    const blobs = keys.map((key) => ({ key, path: this.blobPath(key) }));
    const failed: FailedDeletion[] = [];
    const remove = (blob: { key: string; path: string }) => removeBlob(blob, signal);
    for await (const failure of inTurn(apart(blobs), DELETE_WIDTH, remove)) if (failure) failed.push(failure);
    return failed;
  }

  async quarantine(key: string): Promise<void> {
    const [source, target] = [this.blobPath(key), join(this.root, quarantineName(key))];
    await explained(async () => {
      await this.folders.make(dirname(target));
      await rename(source, target).catch((error: unknown) => {
        throw isMissing(error) ? blobUnknown() : error;
      });
      await this.folders.sync(dirname(target));
      await this.folders.sync(dirname(source));
      await removeIfPresent(rmdir, dirname(source));
    });
  }

  walk(after?: string): AsyncIterable<StoredEntry> {
    return this.walks.blobs(after);
  }

  walkUploads(): AsyncIterable<StoredEntry> {
    return this.walks.uploads();
  }

  walkRepositories(after?: string): AsyncIterable<RepositoryLink> {
    return this.walks.links(after);
  }

  /** The upload's file, with exactly `offset` bytes. */
  private async openAt(
    id: string,
    path: string,
    { offset, claim }: { offset: number; claim: UploadClaim },
  ): Promise<FileHandle> {
    const kept = await explained(() => claim.run(() => this.takeOpen(id, path, offset)));
    if (kept) return kept;
    const handle = await openUpload(path);
    try {
      await explained(() => claim.run(() => cutTo(handle, offset)));
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The open file, if it is still the upload's and has `size` bytes: another process may have written more since, or made
   * it a blob. Ids are used once, so a file of that name is this one.
   */
  private async takeOpen(id: string, path: string, size: number): Promise<FileHandle | undefined> {
    const handle = await this.open.take(id, size);
    if (!handle) return undefined;
    const there = await statFile(path).catch(() => undefined);
    if (there?.size === size) return handle;
    await handle.close();
    return undefined;
  }

  /** Puts the first `size` bytes on stable storage. */
  private async seal(id: string, path: string, size: number): Promise<void> {
    const kept = await this.takeOpen(id, path, size);
    const handle = kept ?? (await openUpload(path));
    try {
      // A kept file may have grown: another process wrote more, and took it back.
      await (kept ? cutTo(handle, size) : dateAndCut(handle, size));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  private async moveInto(source: string, target: string, tries = RENAME_TRIES): Promise<void> {
    try {
      await this.folders.make(dirname(target));
      await rename(source, target);
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (!(await statFile(source))) throw uploadUnknown();
      if (tries === 0) throw error;
      await this.moveInto(source, target, tries - 1);
    }
  }

  private blobPath(key: string): string {
    const digest = digestOfKey(key);
    if (!digest) throw keyInvalid();
    return join(this.root, blobKey(digest));
  }

  private uploadPath(id: string): string {
    if (!isUploadId(id)) throw uploadUnknown();
    return join(this.root, UPLOADS_FOLDER, id);
  }
}

/** Neighbours in key order lie in one folder, where removals wait for each other: those removed at once are far apart. */
function apart<T>(items: T[]): T[] {
  const stride = Math.ceil(items.length / DELETE_WIDTH);
  return Array.from({ length: stride }, (_, first) => items.filter((_item, index) => index % stride === first)).flat();
}

async function removeBlob(
  { key, path }: { key: string; path: string },
  signal?: AbortSignal,
): Promise<FailedDeletion | undefined> {
  try {
    signal?.throwIfAborted();
    await explained(async () => {
      await removeIfPresent(unlink, path);
      await removeIfPresent(rmdir, dirname(path));
    });
    return undefined;
  } catch (error) {
    return { key, error };
  }
}
