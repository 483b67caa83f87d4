import { AppError, parseManifest, type Descriptor, type Manifest } from '@breakwater/kernel';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { ArtifactsRepository } from '../artifact/artifacts.repository';
import { BlobsRepository, storageKeyOf } from '../blobs/blobs.repository';
import { bundleConfig, readBundleAttributes, readExtraAttributes } from './extra-attributes';

/** What a push remembers of an artifact's config. */
@Injectable()
export class PushedAttributes {
  constructor(
    private readonly artifacts: ArtifactsRepository,
    private readonly blobs: BlobsRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /** Before the push's transaction, for it reads storage. What is wrong with the blob, the transaction will say. */
  async of(repository: string, manifest: Manifest): Promise<Record<string, unknown>> {
    const open = (config: Descriptor) => this.open(config);
    const bundled = bundleConfig(manifest);
    try {
      if (bundled === undefined) return await readExtraAttributes(manifest, open);
      const child = await this.artifacts.findByDigest(repository, bundled);
      return child ? await readBundleAttributes(parseManifest(child.payload, child.mediaType), open) : {};
    } catch (error) {
      if (error instanceof AppError && error.code === 'BLOB_UNKNOWN') return {};
      throw error;
    }
  }

  private async open({ digest }: Descriptor): Promise<Readable> {
    const blob = await this.blobs.find(digest);
    if (!blob) throw new AppError('BLOB_UNKNOWN', 'blob unknown to registry');
    return this.store.read(storageKeyOf(blob));
  }
}
