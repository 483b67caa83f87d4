import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { SignedTarget } from '@breakwater/tuf';
import type { TrustChange } from './trust-change.entity';
import type { TrustRepository } from './trust-repository.entity';

/** What was deleted; whose root it was. */
export type DeletedTrust = Pick<TrustRepository, 'gun' | 'repository' | 'rootKeyIds'>;

export interface TrustRow {
  gun: string;
  rootKeyIds: string[];
  creationTime: Date;
  updateTime: Date;
  signedTags: number;
  /** `data` in base64. */
  files: { role: string; data: string }[];
}

/** A repository has a name for each host and port that clients write. */
const mostNames = 50;

/** Longer names are no tags, and NUL cannot be stored. */
const isIndexable = ({ name }: SignedTarget): boolean => name.length <= 255 && !name.includes('\0');

const upsert = `
  INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, $2, $3::jsonb, $4)
  ON CONFLICT (gun) DO UPDATE
  SET repository = coalesce(excluded.repository, trust_repository.repository),
      root_key_ids = excluded.root_key_ids, refresh_time = excluded.refresh_time, update_time = now()`;

/** A name that keeps its digest in a role keeps the time of its first signature there. */
const putTargets = `
  INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
  SELECT $1, role, name, sha256, length, key_ids, expiry_time, now()
  FROM jsonb_to_recordset($2::jsonb)
    AS wanted (role text, name text, sha256 text, length bigint, key_ids jsonb, expiry_time timestamptz)
  ON CONFLICT (gun, role, name) DO UPDATE
  SET sha256 = excluded.sha256, length = excluded.length, key_ids = excluded.key_ids,
      expiry_time = excluded.expiry_time,
      signed_time = CASE WHEN trust_target.sha256 = excluded.sha256 THEN trust_target.signed_time ELSE now() END`;
const dropTargets = `
  DELETE FROM trust_target AS target WHERE gun = $1 AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset($2::jsonb) AS wanted (role text, name text)
    WHERE wanted.role = target.role AND wanted.name = target.name)`;

@Injectable()
export class TrustRepositoriesRepository {
  constructor(private readonly database: Database) {}

  async save(row: Pick<TrustRepository, 'gun' | 'repository' | 'rootKeyIds' | 'refreshTime'>): Promise<void> {
    const { gun, repository, rootKeyIds, refreshTime } = row;
    await this.database.query(upsert, [gun, repository, JSON.stringify(rootKeyIds), refreshTime]);
  }

  async refreshed(gun: string, refreshTime: Date): Promise<void> {
    await this.database.query('UPDATE trust_repository SET refresh_time = $2 WHERE gun = $1', [gun, refreshTime]);
  }

  /** Undefined when there was none. Its files and targets go with it. */
  async delete(gun: string): Promise<DeletedTrust | undefined> {
    const [row] = await this.database.query<DeletedTrust>(
      'DELETE FROM trust_repository WHERE gun = $1 RETURNING gun, repository, root_key_ids AS "rootKeyIds"',
      [gun],
    );
    return row;
  }

  /** Every name of that repository, in order. */
  async gunsOf(repository: string): Promise<string[]> {
    const rows = await this.database.query<{ gun: string }>(
      'SELECT gun FROM trust_repository WHERE repository = $1 ORDER BY gun',
      [repository],
    );
    return rows.map(({ gun }) => gun);
  }

  /** Every name of every repository of that project, in order; repositories need not be there. */
  async gunsOfProject(project: string): Promise<string[]> {
    // `0` comes after `/`: a range of the index, of all that begins with the project.
    const rows = await this.database.query<{ gun: string }>(
      'SELECT gun FROM trust_repository WHERE repository >= $1 AND repository < $2 ORDER BY gun',
      [`${project}/`, `${project}0`],
    );
    return rows.map(({ gun }) => gun);
  }

  /** With the newest version of every role, as of one moment. */
  overviews(repository: string): Promise<TrustRow[]> {
    return this.database.query<TrustRow>(
      `SELECT g.gun, g.root_key_ids AS "rootKeyIds", g.creation_time AS "creationTime", g.update_time AS "updateTime",
         (SELECT count(DISTINCT t.name)::int FROM trust_target t WHERE t.gun = g.gun) AS "signedTags",
         (SELECT jsonb_agg(jsonb_build_object('role', f.role, 'data', encode(f.data, 'base64')) ORDER BY f.role)
          FROM (SELECT DISTINCT ON (role) role, data FROM trust_file WHERE gun = g.gun ORDER BY role, version DESC) f) AS files
       FROM trust_repository g WHERE g.repository = $1 ORDER BY g.gun LIMIT ${mostNames}`,
      [repository],
    );
  }

  /** Those whose timestamp or snapshot expires before that time, in order, after that one. */
  due(before: Date, after: { refreshTime: Date; gun: string } | undefined, limit: number) {
    return this.database.query<Pick<TrustRepository, 'gun' | 'refreshTime'>>(
      `SELECT gun, refresh_time AS "refreshTime" FROM trust_repository
       WHERE refresh_time < $1 AND ($2::timestamptz IS NULL OR (refresh_time, gun) > ($2, $3))
       ORDER BY refresh_time, gun LIMIT $4`,
      [before, after?.refreshTime ?? null, after?.gun ?? '', limit],
    );
  }

  /** What is signed in that repository, in place of what was. */
  async replaceTargets(gun: string, targets: readonly SignedTarget[]): Promise<void> {
    const rows = targets.filter(isIndexable).map(({ keyIds, expires, ...target }) => ({
      ...target,
      key_ids: keyIds,
      expiry_time: expires,
    }));
    const wanted = JSON.stringify(rows);
    await this.database.query(dropTargets, [gun, wanted]);
    await this.database.query(putTargets, [gun, wanted]);
  }

  /**
   * Last in its transaction: who reads the feed by ids must not see a later one before an earlier one, so there is one
   * at a time from here to the commit.
   */
  async addChange(change: Pick<TrustChange, 'gun' | 'version' | 'sha256' | 'category'>): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.trustChanges]);
    await this.database.query('INSERT INTO trust_change (gun, version, sha256, category) VALUES ($1, $2, $3, $4)', [
      change.gun,
      change.version,
      change.sha256,
      change.category,
    ]);
  }

  /** Oldest first. `newest`: the last ones, else those after `after`. */
  async changes({ gun, after, newest, limit }: ChangesWanted): Promise<TrustChange[]> {
    const rows = await this.database.query<TrustChange>(
      `SELECT id, gun, version, sha256, category, creation_time AS "creationTime" FROM trust_change
       WHERE ($1::text IS NULL OR gun = $1) AND ($2::bigint IS NULL OR ${newest ? 'id < $2' : 'id > $2'})
       ORDER BY id ${newest ? 'DESC' : 'ASC'} LIMIT $3`,
      [gun ?? null, after ?? null, limit],
    );
    return newest ? rows.reverse() : rows;
  }
}

export interface ChangesWanted {
  /** Undefined: of every repository. */
  gun?: string;
  /** Id that the changes come after, or before with `newest`. */
  after?: number;
  newest: boolean;
  limit: number;
}
