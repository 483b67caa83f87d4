import { AppError, parseManifest } from '@breakwater/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { ManifestsService } from '../manifests/manifests.service';
import { additionsOf, additionTypes, type AdditionName } from './addition-catalogue';
import { tooLarge } from './addition-errors';
import type { AdditionSource } from './addition-source';
import { AdditionsRepository, type AdditionContents } from './additions.repository';
import { BLOB_READER, type BlobReader } from './blob-reader';
import { readBuildHistory } from './build-history';
import { readChart } from './chart-files';
import { readModelFiles, readModelText } from './model-files';

export interface Addition {
  content: Buffer;
  contentType: string;
}

export interface AdditionOwner {
  repositoryName: string;
  digest: string;
  type: string;
  manifestMediaType: string;
}

/** What people read of an artifact beside its row. Read from its blobs once, then kept with its manifest. */
@Injectable()
export class AdditionsService {
  /** Reads under way: whoever asks meanwhile waits for the same. */
  private readonly reading = new Map<string, Promise<AdditionContents>>();

  constructor(
    private readonly additions: AdditionsRepository,
    private readonly manifests: ManifestsService,
    @Inject(BLOB_READER) private readonly blobs: BlobReader,
  ) {}

  /**
   * `requested` in any case. Throws BAD_REQUEST for what artifacts of that type do not have, NOT_FOUND for what this one
   * does not, UNPROCESSABLE_ENTITY for what is too large or not what its type says.
   */
  async get(artifact: AdditionOwner, requested: string): Promise<Addition> {
    const name = additionsOf(artifact).find((known) => known === requested.toLowerCase());
    if (!name)
      throw new AppError('BAD_REQUEST', `addition ${requested.slice(0, 64)} isn't supported for ${artifact.type}`, {
        reason: 'addition.unsupported',
      });
    const kept = await this.additions.find(artifact.digest, name);
    const content = kept ? kept.content : ((await this.readOnce(artifact, name)).get(name) ?? null);
    if (!content) throw new AppError('NOT_FOUND', `the artifact has no ${name}`, { reason: 'addition.missing' });
    return { content, contentType: additionTypes[name] };
  }

  private readOnce(artifact: AdditionOwner, name: AdditionName): Promise<AdditionContents> {
    const key = `${artifact.digest} ${artifact.type === 'CHART' ? '' : name}`;
    const reading = this.reading.get(key) ?? this.read(artifact, name).finally(() => this.reading.delete(key));
    this.reading.set(key, reading);
    return reading;
  }

  private async read(artifact: AdditionOwner, name: AdditionName): Promise<AdditionContents> {
    const contents = await contentsOf(artifact.type, name, await this.source(artifact));
    await this.additions.keep(artifact.digest, contents);
    return contents;
  }

  private async source({ repositoryName, digest }: AdditionOwner): Promise<AdditionSource> {
    const { payload, mediaType } = await this.manifests.find(repositoryName, { kind: 'digest', digest });
    return {
      manifest: parseManifest(payload, mediaType),
      open: (blob, maxBytes) => {
        if (blob.size > maxBytes) throw tooLarge();
        return this.blobs.open(repositoryName, blob.digest, maxBytes).catch(tooLargeHere);
      },
    };
  }
}

/** The descriptor said less. */
function tooLargeHere(error: unknown): never {
  throw error instanceof AppError && error.code === 'REQUEST_ENTITY_TOO_LARGE' ? tooLarge() : error;
}

/** At least that one; what is read along with it comes along. */
async function contentsOf(type: string, name: AdditionName, source: AdditionSource): Promise<AdditionContents> {
  if (name === 'build_history') return readBuildHistory(source);
  if (name === 'files') return readModelFiles(source);
  if (type === 'CHART') return readChart(source);
  return readModelText(source, name === 'license' ? 'license' : 'readme.md');
}
