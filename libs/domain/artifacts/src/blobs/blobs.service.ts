import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore, type ByteRange } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { Readable, Writable } from 'node:stream';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import { BlobsRepository, storageKeyOf, type BlobRow, type RepositoryBlobRow } from './blobs.repository';
import { ProjectChanges } from '../usage/project-changes';
import { RepositoriesRepository } from '../repository/repositories.repository';
import type { UploadTarget } from '../uploads/uploads.service';

/** Repositories looked through when a blob is mounted from wherever the caller may pull it. */
const mountCandidates = 100;

@Injectable()
export class BlobsService {
  constructor(
    private readonly database: Database,
    private readonly changes: ProjectChanges,
    private readonly blobs: BlobsRepository,
    private readonly repositories: RepositoriesRepository,
    private readonly artifacts: ArtifactsRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /** A blob of the repository, to be read. Throws BLOB_UNKNOWN. */
  async get(repository: string, digest: string): Promise<RepositoryBlobRow> {
    const blob = await this.blobs.findInRepository(repository, digest);
    if (!blob || blob.status === 'deleting') throw unknownBlob(digest);
    return blob;
  }

  /**
   * Tells a client that the blob exists. A client that may push will rely on it, so garbage collection is kept away
   * from a blob that nothing references yet (decision 14). Throws BLOB_UNKNOWN.
   */
  async stat(repository: string, digest: string, caller: { mayPush: boolean }): Promise<RepositoryBlobRow> {
    const blob = await this.blobs.findInRepository(repository, digest);
    if (!blob || isGoing(blob)) throw unknownBlob(digest);
    const relied = caller.mayPush || !blob.referenced;
    if (relied && !blob.fresh && !(await this.blobs.touch(blob.id))) throw unknownBlob(digest);
    return blob;
  }

  read(blob: BlobRow, range?: ByteRange): Promise<Readable> {
    return this.store.read(this.key(blob), range);
  }

  /** Sends the bytes into what `begin` answers once they are open. False: this storage can only be read. */
  async copyTo(blob: BlobRow, range: ByteRange | undefined, begin: () => Writable): Promise<boolean> {
    if (!this.store.copyTo) return false;
    await this.store.copyTo(this.key(blob), begin, range);
    return true;
  }

  /** Where the driver keeps it. */
  key(blob: BlobRow): string {
    return storageKeyOf(blob);
  }

  /** A signed address for the client itself. Throws UNSUPPORTED where storage has none. */
  url(blob: BlobRow, options: { expiresInSeconds: number }): Promise<string> {
    if (!this.store.url) throw new AppError('UNSUPPORTED', 'this storage cannot be read by clients themselves');
    return this.store.url(this.key(blob), options);
  }

  /**
   * Links a blob that the caller may pull elsewhere into the repository. False when there is none: the client uploads
   * it, and learns nothing of what others have.
   */
  async mount(
    target: UploadTarget,
    digest: string,
    source: { from?: string; mayPull: (repository: string) => Promise<boolean> },
  ): Promise<boolean> {
    const blob = await this.findMountable(digest, source);
    if (!blob) return false;
    return this.database.transaction(async () => {
      if (!(await this.blobs.touch(blob.id))) return false;
      const repository = await this.repositories.ensure(target.projectId, target.repository);
      await this.blobs.link(repository.id, blob.id);
      return true;
    });
  }

  /**
   * Takes the blob out of this repository only, under the project's lock: a push that needs it comes before, or misses
   * it. Throws NAME_UNKNOWN, BLOB_UNKNOWN, or DENIED while an artifact here needs it.
   */
  delete(repository: string, digest: string): Promise<void> {
    return this.changes.inRepository(repository, () => this.unlink(repository, digest));
  }

  private async unlink(repository: string, digest: string): Promise<void> {
    const blob = await this.blobs.findInRepository(repository, digest);
    if (!blob) throw unknownBlob(digest);
    const user = await this.artifacts.findUserOfBlob(blob.repositoryId, blob.id);
    if (user)
      throw new AppError('DENIED', `blob ${digest} is part of artifact ${user}; delete that first`, {
        detail: { artifact: user },
      });
    await this.blobs.unlink(blob.repositoryId, blob.id);
  }

  private async findMountable(
    digest: string,
    { from, mayPull }: { from?: string; mayPull: (repository: string) => Promise<boolean> },
  ): Promise<RepositoryBlobRow | undefined> {
    const candidates = from === undefined ? await this.blobs.repositoriesWith(digest, mountCandidates) : [from];
    for (const repository of candidates) {
      if (await mayPull(repository)) return this.blobs.findInRepository(repository, digest);
    }
    return undefined;
  }
}

/** Garbage collection is removing it, or failed to: either way its bytes cannot be relied on. */
function isGoing({ status }: BlobRow): boolean {
  return status === 'deleting' || status === 'deletefailed';
}

function unknownBlob(digest: string): AppError {
  return new AppError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
}
