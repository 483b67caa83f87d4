import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { signingFacts } from '../signing-facts.sql';
import type { SigningFacts } from '../status/signing-facts';
import type { SigningStatus } from '../status/signing-status';

/** A move of a tag, as its history has it, with what is known of both digests as that tag's. */
export interface MovedTag {
  moveId: number;
  projectId: number;
  repositoryId: number;
  repository: string;
  tag: string;
  oldDigest: string;
  newDigest: string;
  actor: string;
  address: string;
  userAgent: string;
  time: Date;
  /** Null: the artifact is gone. */
  oldFacts: SigningFacts | null;
  newFacts: SigningFacts | null;
  /** What was announced last of the old digest, whatever became of it since. */
  announcedStatus: SigningStatus | null;
}

export type WatchedMove = MovedTag & { oldStatus: SigningStatus };

const factsOf = (digest: string): string =>
  `(SELECT ${signingFacts('h.name')} FROM artifact a WHERE a.repository_id = h.repository_id AND a.digest = ${digest})`;

const moved = `h.id AS "moveId", r.project_id AS "projectId", r.id AS "repositoryId", r.name AS repository, h.name AS tag,
  h.old_digest AS "oldDigest", h.new_digest AS "newDigest", h.actor, h.source_address AS address, h.user_agent AS "userAgent",
  h.creation_time AS time, ${factsOf('h.old_digest')} AS "oldFacts", ${factsOf('h.new_digest')} AS "newFacts",
  (SELECT s.status FROM signature_state s WHERE s.repository_id = h.repository_id AND s.digest = h.old_digest) AS "announcedStatus"`;

@Injectable()
export class SignedTagMovesRepository {
  constructor(private readonly database: Database) {}

  /** Those whose repository is there still. */
  moves(ids: readonly number[]): Promise<MovedTag[]> {
    return this.database.query<MovedTag>(
      `SELECT ${moved} FROM tag_history h JOIN repository r ON r.id = h.repository_id
       WHERE h.id = ANY($1) AND h.old_digest IS NOT NULL AND h.new_digest IS NOT NULL ORDER BY h.id`,
      [ids],
    );
  }

  /** The oldest first. */
  due(limit: number): Promise<WatchedMove[]> {
    return this.database.query<WatchedMove>(
      `SELECT ${moved}, m.old_status AS "oldStatus"
       FROM (SELECT * FROM signed_tag_move WHERE announced_time IS NULL AND due_time <= now()
             ORDER BY due_time, move_id LIMIT $1) m
       JOIN tag_history h ON h.id = m.move_id JOIN repository r ON r.id = m.repository_id
       ORDER BY m.due_time, m.move_id`,
      [limit],
    );
  }

  /** Of moves just made: so long somebody may still sign. */
  async watch(
    moves: readonly { moveId: number; repositoryId: number; oldStatus: SigningStatus }[],
    seconds: number,
  ): Promise<void> {
    if (moves.length === 0) return;
    await this.database.query(
      `INSERT INTO signed_tag_move (move_id, repository_id, old_status, due_time)
       SELECT x."moveId", x."repositoryId", x."oldStatus", h.creation_time + make_interval(secs => $2)
       FROM jsonb_to_recordset($1) AS x("moveId" bigint, "repositoryId" bigint, "oldStatus" text)
       JOIN tag_history h ON h.id = x."moveId" ON CONFLICT DO NOTHING`,
      [JSON.stringify(moves), seconds],
    );
  }

  async postpone(ids: readonly number[], seconds: number): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(
      'UPDATE signed_tag_move SET due_time = now() + make_interval(secs => $2) WHERE move_id = ANY($1)',
      [ids, seconds],
    );
  }

  async announced(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query('UPDATE signed_tag_move SET announced_time = now() WHERE move_id = ANY($1)', [ids]);
  }

  async forget(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query('DELETE FROM signed_tag_move WHERE move_id = ANY($1)', [ids]);
  }
}
