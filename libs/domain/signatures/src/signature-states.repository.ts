import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { signingFacts } from './signing-facts.sql';
import type { SigningFacts } from './status/signing-facts';
import type { SigningStatus } from './status/signing-status';

export interface KnownState {
  digest: string;
  /** What was announced last; null: nothing, which is `unsigned`. */
  known: SigningStatus | null;
  /** Null: there is no such artifact any more. */
  facts: SigningFacts | null;
}

export interface NewState {
  digest: string;
  status: SigningStatus;
  inheritedFrom: string[];
}

/** What was announced last, beside what is so. */
@Injectable()
export class SignatureStatesRepository {
  constructor(private readonly database: Database) {}

  /** Of these digests, of what they list when they are indexes, and of what has its status from them. */
  affectedBy(repositoryId: number, digests: readonly string[]): Promise<KnownState[]> {
    return this.read(
      repositoryId,
      `SELECT unnest($2::text[]) AS digest
       UNION SELECT f.child_digest FROM artifact p JOIN artifact_reference f ON f.parent_id = p.id
         WHERE p.repository_id = $1 AND p.digest = ANY($2)
       UNION SELECT t.digest FROM signature_state t WHERE t.repository_id = $1 AND t.inherited_from ?| $2::text[]`,
      [digests],
    );
  }

  /** A page of what was ever announced of the repository or is named by Notary, in order, after that digest. */
  page(repositoryId: number, after: string, limit: number): Promise<KnownState[]> {
    return this.read(
      repositoryId,
      `SELECT digest FROM (
         SELECT t.digest FROM signature_state t WHERE t.repository_id = $1
         UNION SELECT n.digest FROM (
           SELECT 'sha256:' || n.sha256 COLLATE "C" AS digest FROM repository r
           JOIN trust_repository g ON g.repository = r.name JOIN trust_target n ON n.gun = g.gun WHERE r.id = $1) n
       ) listed WHERE digest > $2 ORDER BY digest LIMIT $3`,
      [after, limit],
    );
  }

  async save(repositoryId: number, states: readonly NewState[]): Promise<void> {
    await this.database.query(
      `INSERT INTO signature_state (repository_id, digest, status, inherited_from)
       SELECT $1, x.digest, x.status, x."inheritedFrom" FROM jsonb_to_recordset($2) AS x(digest text, status text, "inheritedFrom" jsonb)
       ON CONFLICT (repository_id, digest) DO UPDATE
       SET status = excluded.status, inherited_from = excluded.inherited_from, update_time = now()`,
      [repositoryId, JSON.stringify(states)],
    );
  }

  async forget(repositoryId: number, digests: readonly string[]): Promise<void> {
    await this.database.query('DELETE FROM signature_state WHERE repository_id = $1 AND digest = ANY($2)', [
      repositoryId,
      digests,
    ]);
  }

  private read(repositoryId: number, digests: string, values: readonly unknown[]): Promise<KnownState[]> {
    return this.database.query<KnownState>(
      `SELECT d.digest, t.status AS known, CASE WHEN a.id IS NOT NULL THEN ${signingFacts()} END AS facts
       FROM (${digests}) d LEFT JOIN artifact a ON a.repository_id = $1 AND a.digest = d.digest
       LEFT JOIN signature_state t ON t.repository_id = $1 AND t.digest = d.digest ORDER BY d.digest`,
      [repositoryId, ...values],
    );
  }
}
