import { AppError, fallbackTag, parseManifest, type Descriptor } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactsRepository, type StoredManifest } from '../artifact/artifacts.repository';
import { ReferrersRepository, type ReferrerRow } from './referrers.repository';

/** distribution-spec "Listing Referrers": an answer stays below what a manifest may weigh. */
const maxAnswerBytes = 3 * 1024 * 1024;
const maxRows = 1_000;

export interface ReferrersPage {
  descriptors: Descriptor[];
  /** Where the next page starts; undefined on the last one. */
  next?: string;
}

@Injectable()
export class ReferrersService {
  constructor(
    private readonly referrers: ReferrersRepository,
    private readonly artifacts: ArtifactsRepository,
  ) {}

  /** Empty for a subject, or a repository, that is not there. */
  async list(
    repository: string,
    subject: string,
    query: { artifactType?: string; last?: string },
  ): Promise<ReferrersPage> {
    // No type of artifact holds a NUL, and Postgres takes none.
    if (query.artifactType?.includes('\0')) return { descriptors: [] };
    const rows = await this.referrers.list(repository, subject, { ...query, limit: maxRows, weight: maxAnswerBytes });
    const end = rows.at(-1);
    const descriptors = rows.map(toDescriptor);
    // What older clients listed under the fallback tag comes with the first page.
    const listed = query.last === undefined ? await this.underFallbackTag(repository, subject, query.artifactType) : [];
    const known = new Set(rows.map(({ digest }) => digest));
    return {
      descriptors: [...descriptors, ...listed.filter(({ digest }) => !known.has(digest))],
      ...(end?.more && { next: end.digest }),
    };
  }

  /** distribution-spec "Referrers Tag Schema" and "Enabling the Referrers API": both ways of listing are merged. */
  private async underFallbackTag(
    repository: string,
    subject: string,
    artifactType: string | undefined,
  ): Promise<Descriptor[]> {
    const index = await this.artifacts.findByTag(repository, fallbackTag(subject));
    if (!index) return [];
    const wanted = listed(index).filter(
      (descriptor) => artifactType === undefined || descriptor.artifactType === artifactType,
    );
    const stored = await this.artifacts.findMany(
      index.repositoryId,
      wanted.map(({ digest }) => digest),
    );
    const here = new Set(stored.map(({ digest }) => digest));
    return wanted.filter(({ digest }) => here.has(digest));
  }
}

/** What the index lists; nothing when it is no index. */
function listed({ payload, mediaType }: StoredManifest): Descriptor[] {
  try {
    return parseManifest(payload, mediaType).manifests;
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function toDescriptor({ digest, mediaType, size, artifactType, annotations }: ReferrerRow): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}
