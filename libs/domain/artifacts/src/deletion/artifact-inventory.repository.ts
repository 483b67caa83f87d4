import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** A listed artifact with all of its tags, for those who decide what stays. */
export interface InventoriedArtifact {
  id: number;
  digest: string;
  type: string;
  pushTime: Date;
  pullTime: Date | null;
  /** When it was built, as its config says. */
  created: string | null;
  signed: boolean;
  /** An index lists it: it stays when its tags go. */
  isChild: boolean;
  tags: { name: string; pushTime: Date }[];
}

type Row = Omit<InventoriedArtifact, 'tags'> & { tags: { name: string; pushTime: string }[] };

const select = `
  SELECT a.id, a.digest, a.type, a.push_time AS "pushTime", a.pull_time AS "pullTime", a.extra_attrs ->> 'created' AS created,
    EXISTS (SELECT FROM accessory c WHERE c.repository_id = a.repository_id AND c.subject_digest = a.digest
            AND c.type LIKE 'signature.%') AS signed,
    EXISTS (SELECT FROM artifact_reference f WHERE f.child_id = a.id) AS "isChild",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'pushTime', t.push_time) ORDER BY t.name), '[]')
     FROM tag t WHERE t.artifact_id = a.id) AS tags
  FROM artifact a`;

@Injectable()
export class ArtifactInventory {
  constructor(private readonly database: Database) {}

  /** Everything that lists show of the repository; no children of an index without a tag, no accessories. */
  async of(repository: string): Promise<InventoriedArtifact[]> {
    const rows = await this.database.query<Row>(
      `${select} JOIN repository r ON r.id = a.repository_id WHERE r.name = $1 AND a.listed ORDER BY a.push_time DESC, a.id DESC`,
      [repository],
    );
    return rows.map(withDates);
  }

  /** Those of the repository that are still there. */
  async some(repositoryId: number, artifactIds: readonly number[]): Promise<Map<number, InventoriedArtifact>> {
    const rows = await this.database.query<Row>(`${select} WHERE a.repository_id = $1 AND a.id = ANY($2::bigint[])`, [
      repositoryId,
      artifactIds,
    ]);
    return new Map(rows.map((row) => [row.id, withDates(row)]));
  }

  /** Names of the listed repositories of a project, with the project. */
  async repositories(projectId: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      'SELECT name FROM repository WHERE project_id = $1 AND first_push_time IS NOT NULL ORDER BY name',
      [projectId],
    );
    return rows.map(({ name }) => name);
  }
}

/** JSON has no dates, and more digits of a second than they have. */
function withDates(row: Row): InventoriedArtifact {
  return { ...row, tags: row.tags.map(({ name, pushTime }) => ({ name, pushTime: new Date(pushTime) })) };
}
