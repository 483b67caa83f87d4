import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { AdditionName } from './addition-catalogue';

/** By name; null: the artifact does not have it. */
export type AdditionContents = ReadonlyMap<AdditionName, Buffer | null>;

@Injectable()
export class AdditionsRepository {
  constructor(private readonly database: Database) {}

  async find(digest: string, name: AdditionName): Promise<{ content: Buffer | null } | undefined> {
    const [row] = await this.database.prepared<{ content: Buffer | null }>(
      'SELECT content FROM artifact_addition WHERE digest = $1 AND name = $2',
      [digest, name],
    );
    return row;
  }

  /** A manifest that has gone meanwhile takes them along. */
  async keep(digest: string, contents: AdditionContents): Promise<void> {
    await this.database.prepared(
      `INSERT INTO artifact_addition (digest, name, content)
       SELECT m.digest, a.name, a.content FROM (SELECT digest FROM manifest WHERE digest = $1 FOR KEY SHARE) m,
              unnest($2::varchar[], $3::bytea[]) AS a(name, content)
       ON CONFLICT DO NOTHING`,
      [digest, [...contents.keys()], [...contents.values()]],
    );
  }
}
