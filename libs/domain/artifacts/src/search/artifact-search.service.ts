import type { Principal } from '@breakwater/access';
import { Injectable } from '@nestjs/common';
import { ArtifactSearchRepository, type FoundArtifact } from './artifact-search.repository';
import { beginning, SearchCursors } from './search-cursors';
import { candidatesOf, type SearchFor } from './search-criterion';

/** Finds artifacts in all projects whose artifacts the caller may list (ADR 0029). */
@Injectable()
export class ArtifactSearchService {
  constructor(
    private readonly artifacts: ArtifactSearchRepository,
    private readonly cursors: SearchCursors,
  ) {}

  /** `next` is the cursor of the page after this one. Throws BAD_REQUEST for what cannot be searched for. */
  async find(
    principal: Principal,
    wanted: SearchFor,
    { cursor, size }: { cursor?: string; size: number },
  ): Promise<{ items: FoundArtifact[]; next?: string }> {
    const after = cursor === undefined ? beginning : this.cursors.read(cursor);
    const { items, next } = await this.artifacts.find(principal, candidatesOf(wanted), { after, size });
    return { items, ...(next && { next: this.cursors.write(next) }) };
  }
}
