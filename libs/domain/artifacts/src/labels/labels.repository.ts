import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

export interface LabelRow {
  id: number;
  name: string;
  description: string;
  color: string;
  /** Null: a label of every project. */
  projectId: number | null;
  creationTime: Date;
  updateTime: Date;
}

export type LabelInput = Pick<LabelRow, 'name' | 'description' | 'color'>;

/** On `label l`. */
export const labelColumns = `l.id, l.name, l.description, l.color, l.project_id AS "projectId",
  l.creation_time AS "creationTime", l.update_time AS "updateTime"`;

const columns: ListColumns = {
  id: { sql: 'l.id', type: 'number' },
  name: { sql: 'l.name', type: 'text' },
  description: { sql: 'l.description', type: 'text' },
  color: { sql: 'l.color', type: 'text' },
  creation_time: { sql: 'l.creation_time', type: 'time' },
  update_time: { sql: 'l.update_time', type: 'time' },
};

@Injectable()
export class LabelsRepository {
  constructor(private readonly database: Database) {}

  /** Labels of the project, or with null those of every project. */
  list(projectId: number | null, options: ListOptions): Promise<{ items: LabelRow[]; total: number }> {
    const parameters = new SqlParameters();
    const scope = projectId === null ? 'l.project_id IS NULL' : `l.project_id = ${parameters.add(projectId)}`;
    const where = [scope, ...filterConditions(columns, options.filters, parameters)].join(' AND ');
    const query = {
      columns: labelColumns,
      from: `FROM label l WHERE ${where}`,
      order: orderBy(columns, options.sorts, 'l.name, l.id', 'l.id'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  async find(id: number): Promise<LabelRow | undefined> {
    const [row] = await this.database.query<LabelRow>(`SELECT ${labelColumns} FROM label l WHERE l.id = $1`, [id]);
    return row;
  }

  /** Undefined: there is one of that name already. */
  async insert(projectId: number | null, { name, description, color }: LabelInput): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'INSERT INTO label (project_id, name, description, color) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id',
      [projectId, name, description, color],
    );
    return row?.id;
  }

  /** False: the label is gone. Throws the database's error when there is another of that name. */
  async update(id: number, { name, description, color }: LabelInput): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE label SET name = $2, description = $3, color = $4, update_time = now() WHERE id = $1 RETURNING 1',
      [id, name, description, color],
    );
    return rows.length > 0;
  }

  /** Artifacts that carry it lose it. */
  async delete(id: number): Promise<void> {
    await this.database.query('DELETE FROM label WHERE id = $1', [id]);
  }

  /** `added`: the artifact carries it now, and did not before. Undefined: the label or the artifact is gone. */
  async attach(labelId: number, artifactId: number): Promise<{ added: boolean } | undefined> {
    const [row] = await this.database.query<{ there: boolean; added: boolean }>(
      `WITH target AS (
         SELECT l.id AS label_id, a.id AS artifact_id FROM label l, artifact a WHERE l.id = $1 AND a.id = $2 FOR KEY SHARE),
       added AS (
         INSERT INTO label_reference (label_id, artifact_id) SELECT label_id, artifact_id FROM target ON CONFLICT DO NOTHING RETURNING 1)
       SELECT EXISTS (SELECT 1 FROM target) AS there, EXISTS (SELECT 1 FROM added) AS added`,
      [labelId, artifactId],
    );
    return row?.there ? { added: row.added } : undefined;
  }

  /** False: the artifact did not carry it. */
  async detach(labelId: number, artifactId: number): Promise<boolean> {
    const rows = await this.database.query(
      'DELETE FROM label_reference WHERE label_id = $1 AND artifact_id = $2 RETURNING 1',
      [labelId, artifactId],
    );
    return rows.length > 0;
  }
}
