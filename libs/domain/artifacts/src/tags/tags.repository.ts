import type { EventActor } from '@breakwater/contracts';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface TagMove {
  name: string;
  oldDigest: string | null;
  newDigest: string | null;
}

@Injectable()
export class TagsRepository {
  constructor(private readonly database: Database) {}

  /** Names in ASCII order, after `last`. */
  async names(repositoryId: number, page: { limit: number; last?: string }): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      'SELECT name FROM tag WHERE repository_id = $1 AND name > $2 ORDER BY name LIMIT $3',
      [repositoryId, page.last ?? '', page.limit],
    );
    return rows.map(({ name }) => name);
  }

  /** The digests that tags point to now; a tag that is not there is not in the map. */
  async digests(repositoryId: number, names: string[]): Promise<Map<string, string>> {
    const rows = await this.database.prepared<{ name: string; digest: string }>(
      'SELECT t.name, a.digest FROM tag t JOIN artifact a ON a.id = t.artifact_id WHERE t.repository_id = $1 AND t.name = ANY($2)',
      [repositoryId, names],
    );
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }

  async namesOf(artifactId: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      'SELECT name FROM tag WHERE artifact_id = $1 ORDER BY name',
      [artifactId],
    );
    return rows.map(({ name }) => name);
  }

  async namesIn(repositoryId: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>('SELECT name FROM tag WHERE repository_id = $1', [
      repositoryId,
    ]);
    return rows.map(({ name }) => name);
  }

  async point(repositoryId: number, names: string[], artifactId: number): Promise<void> {
    await this.database.prepared(
      `INSERT INTO tag (repository_id, artifact_id, name) SELECT $1, $2, unnest($3::varchar[])
       ON CONFLICT (repository_id, name) DO UPDATE SET artifact_id = EXCLUDED.artifact_id, push_time = now()`,
      [repositoryId, artifactId, names],
    );
  }

  async delete(repositoryId: number, name: string): Promise<void> {
    await this.database.query('DELETE FROM tag WHERE repository_id = $1 AND name = $2', [repositoryId, name]);
  }

  /** Remembers who moved tags from what to what, when, from where. Answers the ids of the moves, by name. */
  async recordMoves(repositoryId: number, moves: TagMove[], actor: EventActor): Promise<Map<string, number>> {
    if (moves.length === 0) return new Map();
    const rows = await this.database.prepared<{ id: number; name: string }>(
      `INSERT INTO tag_history (repository_id, name, old_digest, new_digest, actor, source_address, user_agent)
       SELECT $1, m.name, m.old_digest, m.new_digest, $5, $6, $7
       FROM unnest($2::varchar[], $3::varchar[], $4::varchar[]) AS m(name, old_digest, new_digest)
       RETURNING id, name`,
      [
        repositoryId,
        moves.map(({ name }) => name),
        moves.map(({ oldDigest }) => oldDigest),
        moves.map(({ newDigest }) => newDigest),
        actor.name,
        actor.address,
        actor.userAgent.slice(0, 255),
      ],
    );
    return new Map(rows.map(({ id, name }) => [name, id]));
  }
}
