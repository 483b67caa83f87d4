import { readExtraAttributes, type AdoptedArtifact } from '@breakwater/artifacts';
import type { RepositoryLink } from '@breakwater/contracts';
import {
  AppError,
  digestOf,
  mediaTypes,
  parseDigest,
  parseJson,
  parseManifest,
  type Manifest,
} from '@breakwater/kernel';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { blobKey, inTurn } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { ImportRun } from './import-run';

/** Manifests and configs asked for at once. */
const width = 16;

/** Reads manifests that links speak of, and what images' configs tell. */
@Injectable()
export class ManifestReader {
  constructor(@Inject(STORAGE_KEEPER) private readonly keeper: StorageKeeper) {}

  /** Those that are there, whole and of a known kind; what is wrong with the others, `run` is told. */
  async *read(run: ImportRun, links: readonly RepositoryLink[]): AsyncGenerator<AdoptedArtifact> {
    for await (const artifact of inTurn(links, width, (link) => this.readOne(run, link))) if (artifact) yield artifact;
  }

  private async readOne(run: ImportRun, link: RepositoryLink): Promise<AdoptedArtifact | undefined> {
    const digest = link.name;
    const payload = await this.payload(digest);
    const what = `${link.repository}@${digest}`;
    if (!payload) return void run.problem('manifest.missing', what);
    if (digestOf(payload, parseDigest(digest).algorithm) !== digest) return void run.problem('manifest.corrupt', what);
    try {
      const manifest = parseManifest(payload, impliedMediaType(payload));
      return { digest, payload, manifest, extraAttrs: await this.readConfig(manifest), pushed: link.modified };
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'MANIFEST_INVALID')) throw error;
      return void run.problem('manifest.unsupported', `${what}: ${error.message}`);
    }
  }

  private async payload(digest: string): Promise<Buffer | undefined> {
    try {
      return await this.keeper.read(blobKey(digest));
    } catch (error) {
      if (error instanceof AppError && error.code === 'BLOB_UNKNOWN') return undefined;
      // Larger than any manifest that was ever accepted.
      if (error instanceof AppError && error.code === 'REQUEST_ENTITY_TOO_LARGE') return Buffer.alloc(0);
      throw error;
    }
  }

  /** A config that is not there is told of when the image's blobs are looked for. */
  private async readConfig(manifest: Manifest): Promise<Record<string, unknown>> {
    try {
      return await readExtraAttributes(manifest, async ({ digest }) =>
        Readable.from([await this.keeper.read(blobKey(digest))]),
      );
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return {};
      throw error;
    }
  }
}

/** distribution keeps no Content-Type: an OCI manifest that does not name itself is told by what it lists. */
function impliedMediaType(payload: Buffer): string | undefined {
  let body: unknown;
  try {
    body = parseJson(payload, { maxDepth: 64 });
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || 'mediaType' in body) return undefined;
  return 'manifests' in body ? mediaTypes.ociIndex : mediaTypes.ociManifest;
}
