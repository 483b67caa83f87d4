import type { Principal } from '@breakwater/access';
import { Database, SqlParameters } from '@breakwater/platform';
import { readableProjects } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';
import type { SearchPosition } from './search-cursors';
import type { Candidates } from './search-criterion';

export interface FoundArtifact {
  id: number;
  projectId: number;
  repositoryId: number;
  repositoryName: string;
  digest: string;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  size: number;
  pushTime: Date;
  pullTime: Date | null;
  /** The ones pushed last, at most twenty. */
  tags: string[];
}

export interface FoundArtifacts {
  items: FoundArtifact[];
  /** Where to go on; undefined: that was all. A page may hold less than asked for, and yet have one after it. */
  next?: SearchPosition;
}

/** Looked at for one page, visible or not: also for who sees little of all that there is, a search has an end. */
const maxCandidates = 1_000;

type Row = { scanned: number; edgeText: string; edgeId: number; text: string | null; position: number } & FoundArtifact;

@Injectable()
export class ArtifactSearchRepository {
  constructor(private readonly database: Database) {}

  /**
   * Candidates are looked at one by one, in their order, until the page is full: hence LATERAL with a LIMIT, and no sort. One
   * query, and never more rows than `maxCandidates` of one index and what belongs to them.
   */
  async find(
    principal: Principal,
    candidates: Candidates,
    page: { after: SearchPosition; size: number },
  ): Promise<FoundArtifacts> {
    const parameters = new SqlParameters();
    const rows = await this.database.query<Row>(
      `WITH candidate AS MATERIALIZED (${candidates(parameters, page.after, maxCandidates)}),
       hit AS MATERIALIZED (
         SELECT c.text, c.id AS position, a.* FROM candidate c CROSS JOIN LATERAL (
           SELECT a.* FROM artifact a JOIN project p ON p.id = a.project_id
           WHERE a.id = c.artifact_id AND (c.parts OR a.listed) AND (c.annotated IS NULL OR a.annotations @> c.annotated)
             AND ${readableProjects(principal, parameters)} LIMIT 1) a
         LIMIT ${parameters.add(page.size)}),
       edge AS (
         SELECT text AS "edgeText", id AS "edgeId", (SELECT count(*)::int FROM candidate) AS scanned
         FROM candidate ORDER BY text DESC, id DESC LIMIT 1)
       SELECT e.*, h.text, h.position, h.id, h.project_id AS "projectId", h.repository_id AS "repositoryId",
         r.name AS "repositoryName", h.digest, h.type, h.media_type AS "mediaType",
         h.manifest_media_type AS "manifestMediaType", h.artifact_type AS "artifactType", h.size,
         h.push_time AS "pushTime", h.pull_time AS "pullTime",
         ARRAY(SELECT t.name FROM tag t WHERE t.artifact_id = h.id ORDER BY t.push_time DESC, t.id DESC LIMIT 20) AS tags
       FROM edge e LEFT JOIN hit h ON true LEFT JOIN repository r ON r.id = h.repository_id ORDER BY h.text, h.position`,
      parameters.values,
    );
    const found = rows.filter(({ text }) => text !== null);
    const next = nextPosition(rows[0], found, page.size);
    return { items: found.map(toArtifact), ...(next && { next }) };
  }
}

function nextPosition(first: Row | undefined, found: Row[], size: number): SearchPosition | undefined {
  const last = found.at(-1);
  if (found.length === size && last) {
    // The last candidate of all: nothing comes after it.
    const isEnd =
      first && first.scanned < maxCandidates && last.text === first.edgeText && last.position === first.edgeId;
    return isEnd ? undefined : { text: last.text ?? '', id: last.position };
  }
  return first?.scanned === maxCandidates ? { text: first.edgeText, id: first.edgeId } : undefined;
}

function toArtifact({ scanned, edgeText, edgeId, text, position, ...artifact }: Row): FoundArtifact {
  return artifact;
}
