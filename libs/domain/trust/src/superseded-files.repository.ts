import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** Roots are walked by clients from the one that they know, whatever its age: they stay. */
const superseded = `
  f.role <> 'root' AND EXISTS (
    SELECT FROM trust_file n WHERE n.gun = f.gun AND n.role = f.role AND n.version > f.version AND n.creation_time < $2)`;

/** Role files that a newer version has replaced. */
@Injectable()
export class SupersededFilesRepository {
  constructor(private readonly database: Database) {}

  /** In order, after that one: GUNs of a page of them all that have a file that was replaced before then. */
  async page(after: string, before: Date, limit: number): Promise<{ guns: string[]; last: string | undefined }> {
    const rows = await this.database.query<{ gun: string; due: boolean }>(
      `SELECT g.gun, EXISTS (SELECT FROM trust_file f WHERE f.gun = g.gun AND ${superseded}) AS due
       FROM trust_repository g WHERE g.gun > $1 ORDER BY g.gun LIMIT $3`,
      [after, before, limit],
    );
    return {
      guns: rows.filter(({ due }) => due).map(({ gun }) => gun),
      last: rows.length < limit ? undefined : rows.at(-1)?.gun,
    };
  }

  /** Those that were replaced before then, at most so many; never one of these hashes. Answers how many went. */
  async delete(gun: string, { before, keep, limit }: { before: Date; keep: readonly string[]; limit: number }) {
    const rows = await this.database.query(
      `DELETE FROM trust_file WHERE id IN (
         SELECT f.id FROM trust_file f WHERE f.gun = $1 AND NOT (f.sha256 = ANY($3)) AND ${superseded} LIMIT $4)
       RETURNING id`,
      [gun, before, keep, limit],
    );
    return rows.length;
  }
}
