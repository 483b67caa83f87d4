import type { TagRule } from '@breakwater/contracts';
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

export interface ImmutableRuleRow {
  id: number;
  disabled: boolean;
  rule: TagRule;
}

export interface RuleToStore {
  disabled: boolean;
  rule: TagRule;
  selectorDigest: string;
}

const columns: ListColumns = {
  id: { sql: 'i.id', type: 'number' },
  disabled: { sql: 'i.disabled', type: 'boolean' },
  creation_time: { sql: 'i.creation_time', type: 'time' },
  update_time: { sql: 'i.update_time', type: 'time' },
};

@Injectable()
export class ImmutableRulesRepository {
  constructor(private readonly database: Database) {}

  list(projectId: number, options: ListOptions): Promise<{ items: ImmutableRuleRow[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `i.project_id = ${parameters.add(projectId)}`,
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const query = {
      columns: 'i.id, i.disabled, i.rule',
      from: `FROM immutable_rule i WHERE ${where}`,
      order: orderBy(columns, options.sorts, 'i.id', 'i.id'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  /** Those that count now. */
  async enabled(projectId: number): Promise<TagRule[]> {
    const rows = await this.database.prepared<{ rule: TagRule }>(
      'SELECT rule FROM immutable_rule WHERE project_id = $1 AND NOT disabled ORDER BY id',
      [projectId],
    );
    return rows.map(({ rule }) => rule);
  }

  async count(projectId: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM immutable_rule WHERE project_id = $1',
      [projectId],
    );
    return row?.count ?? 0;
  }

  /** Undefined: the project has it already. */
  async insert(projectId: number, { disabled, rule, selectorDigest }: RuleToStore): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO immutable_rule (project_id, disabled, rule, selector_digest) VALUES ($1, $2, $3, $4)
       ON CONFLICT (project_id, selector_digest) DO NOTHING RETURNING id`,
      [projectId, disabled, JSON.stringify(rule), selectorDigest],
    );
    return row?.id;
  }

  /** Another rule of the project that picks the same. */
  async twin(projectId: number, id: number, selectorDigest: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      'SELECT id FROM immutable_rule WHERE project_id = $1 AND selector_digest = $3 AND id <> $2',
      [projectId, id, selectorDigest],
    );
    return row?.id;
  }

  async update(projectId: number, id: number, { disabled, rule, selectorDigest }: RuleToStore): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE immutable_rule SET disabled = $3, rule = $4, selector_digest = $5, update_time = now()
       WHERE project_id = $1 AND id = $2 RETURNING id`,
      [projectId, id, disabled, JSON.stringify(rule), selectorDigest],
    );
    return rows.length > 0;
  }

  async delete(projectId: number, id: number): Promise<boolean> {
    const rows = await this.database.query(
      'DELETE FROM immutable_rule WHERE project_id = $1 AND id = $2 RETURNING id',
      [projectId, id],
    );
    return rows.length > 0;
  }
}
