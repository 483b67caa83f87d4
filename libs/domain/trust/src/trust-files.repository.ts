import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';

/** A role file as it was stored. */
export interface StoredFile {
  id: number;
  data: Buffer;
  creationTime: Date;
}

/** Of many answers only what the asker has not got. */
type FoundFile = Omit<StoredFile, 'data'> & { data: Buffer | null };

export interface NewFile {
  role: string;
  version: number;
  sha256: string;
  data: Buffer;
}

export function fileOf(role: string, version: number, data: Buffer): NewFile {
  return { role, version, data, sha256: hash('sha256', data, 'hex') };
}

/** Two-key advisory locks of this number are for GUNs. */
const gunLocks = 72_331;

const columns = 'id, data, creation_time AS "creationTime"';
const latest = `SELECT ${columns} FROM trust_file WHERE gun = $1 AND role = $2 ORDER BY version DESC LIMIT 1`;
const byVersion = `SELECT ${columns} FROM trust_file WHERE gun = $1 AND role = $2 AND version = $3`;
const bySha256 = `
  SELECT id, CASE WHEN id = $4 THEN NULL ELSE data END AS data, creation_time AS "creationTime"
  FROM trust_file WHERE gun = $1 AND role = $2 AND sha256 = $3 ORDER BY version DESC LIMIT 1`;
const named = `
  SELECT file.role, file.data
  FROM unnest($2::text[], $3::text[]) AS wanted (role, sha256)
  JOIN trust_file AS file ON file.gun = $1 AND file.role = wanted.role AND file.sha256 = wanted.sha256`;

@Injectable()
export class TrustFilesRepository {
  constructor(private readonly database: Database) {}

  /** Whoever changes trust data of that GUN waits for the others; held until the transaction ends. */
  async lock(gun: string): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [gunLocks, gun]);
  }

  async latest(gun: string, role: string): Promise<StoredFile | undefined> {
    return (await this.database.prepared<StoredFile>(latest, [gun, role]))[0];
  }

  async byVersion(gun: string, role: string, version: number): Promise<StoredFile | undefined> {
    return (await this.database.prepared<StoredFile>(byVersion, [gun, role, version]))[0];
  }

  /** `data` is null for the row whose id is `known`. */
  async bySha256(gun: string, role: string, { sha256, known }: { sha256: string; known?: number }) {
    return (await this.database.prepared<FoundFile>(bySha256, [gun, role, sha256, known ?? -1]))[0];
  }

  /** Role → bytes, of those that are there. `wanted`: role → SHA-256 in hex. */
  async named(gun: string, wanted: ReadonlyMap<string, string>): Promise<Map<string, Buffer>> {
    const rows = await this.database.query<{ role: string; data: Buffer }>(named, [
      gun,
      [...wanted.keys()],
      [...wanted.values()],
    ]);
    return new Map(rows.map(({ role, data }) => [role, data]));
  }

  /** Role → its newest version. */
  async versions(gun: string, roles: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ role: string; version: number }>(
      'SELECT role, max(version) AS version FROM trust_file WHERE gun = $1 AND role = ANY($2) GROUP BY role',
      [gun, roles],
    );
    return new Map(rows.map(({ role, version }) => [role, version]));
  }

  /** GUN → its root of the highest version. */
  async newestRoots(guns: readonly string[]): Promise<Map<string, Buffer>> {
    const rows = await this.database.query<{ gun: string; data: Buffer }>(
      `SELECT DISTINCT ON (gun) gun, data FROM trust_file WHERE gun = ANY($1) AND role = 'root' ORDER BY gun, version DESC`,
      [guns],
    );
    return new Map(rows.map(({ gun, data }) => [gun, data]));
  }

  async add(gun: string, files: readonly NewFile[]): Promise<void> {
    await this.database.query(
      `INSERT INTO trust_file (gun, role, version, sha256, data)
       SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bytea[])`,
      [
        gun,
        files.map(({ role }) => role),
        files.map(({ version }) => version),
        files.map(({ sha256 }) => sha256),
        files.map(({ data }) => data),
      ],
    );
  }
}
