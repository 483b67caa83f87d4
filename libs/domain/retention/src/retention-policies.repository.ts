import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { RetentionPolicyRules } from './retention-policy';

/** Of runs and schedules of retention policies. */
export const retentionVendor = 'RETENTION';

export interface PolicyContent extends RetentionPolicyRules {
  confirmAbove: number | null;
}

export interface PolicyRow extends PolicyContent {
  id: number;
  projectId: number;
  projectName: string;
}

const select = `
  SELECT x.id, x.project_id AS "projectId", p.name AS "projectName", x.rules, x.unit, x.keep_signed AS "keepSigned",
    x.keep_notary_signed AS "keepNotarySigned", x.confirm_above AS "confirmAbove"
  FROM retention_policy x JOIN project p ON p.id = x.project_id`;

@Injectable()
export class RetentionPoliciesRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<PolicyRow | undefined> {
    const [row] = await this.database.query<PolicyRow>(`${select} WHERE x.id = $1`, [id]);
    return row;
  }

  /** A project has at most one. */
  async findOfProject(projectId: number): Promise<PolicyRow | undefined> {
    const [row] = await this.database.query<PolicyRow>(`${select} WHERE x.project_id = $1`, [projectId]);
    return row;
  }

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<PolicyRow> {
    const policy = await this.find(id);
    if (!policy) throw new AppError('NOT_FOUND', `retention policy ${id} not found`);
    return policy;
  }

  /** Undefined: the project has one. */
  async insert(projectId: number, content: PolicyContent): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO retention_policy (project_id, rules, unit, keep_signed, confirm_above, keep_notary_signed) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (project_id) DO NOTHING RETURNING id`,
      [projectId, ...valuesOf(content)],
    );
    return row?.id;
  }

  async update(id: number, content: PolicyContent): Promise<void> {
    await this.database.query(
      `UPDATE retention_policy SET rules = $2, unit = $3, keep_signed = $4, confirm_above = $5, keep_notary_signed = $6,
         update_time = now() WHERE id = $1`,
      [id, ...valuesOf(content)],
    );
  }

  async delete(id: number): Promise<void> {
    await this.database.query('DELETE FROM retention_policy WHERE id = $1', [id]);
  }
}

const valuesOf = ({ rules, unit, keepSigned, confirmAbove, keepNotarySigned }: PolicyContent): unknown[] => [
  JSON.stringify(rules),
  unit,
  keepSigned,
  confirmAbove,
  keepNotarySigned,
];
