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
import type { EventType } from './event-types';
import type { StoredTarget } from './webhook-target';

/** A project's id, or null for the system's own. */
export type PolicyOwner = number | null;

export interface PolicyRow {
  id: number;
  projectId: PolicyOwner;
  name: string;
  description: string;
  targets: StoredTarget[];
  eventTypes: EventType[];
  creator: string;
  enabled: boolean;
  creationTime: Date;
  updateTime: Date;
}

export type PolicyValues = Omit<PolicyRow, 'id' | 'creationTime' | 'updateTime'>;

/** An event type of a policy, and when it last caused something to be sent. */
export interface LastTrigger {
  policyName: string;
  eventType: EventType;
  enabled: boolean;
  creationTime: Date;
  lastTriggerTime: Date | null;
}

const sortable: ListColumns = {
  id: { sql: 'p.id', type: 'number' },
  name: { sql: 'p.name', type: 'text' },
  description: { sql: 'p.description', type: 'text' },
  creator: { sql: 'p.creator', type: 'text' },
  enabled: { sql: 'p.enabled', type: 'boolean' },
  creation_time: { sql: 'p.creation_time', type: 'time' },
  update_time: { sql: 'p.update_time', type: 'time' },
};

const columns = `p.id, p.project_id AS "projectId", p.name, p.description, p.targets, p.event_types AS "eventTypes",
  p.creator, p.enabled, p.creation_time AS "creationTime", p.update_time AS "updateTime"`;

@Injectable()
export class WebhookPoliciesRepository {
  constructor(private readonly database: Database) {}

  /** Undefined: there is one of that name. */
  async insert(policy: PolicyValues): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO webhook_policy (project_id, name, description, targets, event_types, creator, enabled)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
      [
        policy.projectId,
        policy.name,
        policy.description,
        JSON.stringify(policy.targets),
        policy.eventTypes,
        policy.creator,
        policy.enabled,
      ],
    );
    return row?.id;
  }

  async find(owner: PolicyOwner, id: number): Promise<PolicyRow | undefined> {
    const [row] = await this.database.query<PolicyRow>(
      `SELECT ${columns} FROM webhook_policy p WHERE p.id = $1 AND p.project_id IS NOT DISTINCT FROM $2`,
      [id, owner],
    );
    return row;
  }

  async findAny(id: number): Promise<PolicyRow | undefined> {
    const [row] = await this.database.query<PolicyRow>(`SELECT ${columns} FROM webhook_policy p WHERE p.id = $1`, [id]);
    return row;
  }

  async isNameTaken(owner: PolicyOwner, name: string, exceptId: number): Promise<boolean> {
    const rows = await this.database.query(
      'SELECT 1 FROM webhook_policy WHERE project_id IS NOT DISTINCT FROM $1 AND name = $2 AND id <> $3',
      [owner, name, exceptId],
    );
    return rows.length > 0;
  }

  async update(id: number, policy: Omit<PolicyValues, 'projectId' | 'creator'>): Promise<void> {
    await this.database.query(
      `UPDATE webhook_policy SET name = $2, description = $3, targets = $4, event_types = $5, enabled = $6, update_time = now()
       WHERE id = $1`,
      [id, policy.name, policy.description, JSON.stringify(policy.targets), policy.eventTypes, policy.enabled],
    );
  }

  async delete(id: number): Promise<void> {
    await this.database.query('DELETE FROM webhook_policy WHERE id = $1', [id]);
  }

  list(owner: PolicyOwner, options: ListOptions): Promise<{ items: PolicyRow[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `p.project_id IS NOT DISTINCT FROM ${parameters.add(owner)}::bigint`,
      ...filterConditions(sortable, options.filters, parameters),
    ].join(' AND ');
    const order = orderBy(sortable, options.sorts, 'p.creation_time DESC, p.id DESC', 'p.id DESC');
    return countedPage(
      this.database,
      { columns, from: `FROM webhook_policy p WHERE ${where}`, order, parameters },
      options,
    );
  }

  /** Enabled policies of those projects and of the system. */
  enabledFor(projectIds: readonly number[]): Promise<PolicyRow[]> {
    return this.database.query<PolicyRow>(
      `SELECT ${columns} FROM webhook_policy p WHERE p.enabled AND (p.project_id IS NULL OR p.project_id = ANY($1)) ORDER BY p.id`,
      [projectIds],
    );
  }

  lastTriggers(owner: PolicyOwner, vendorTypes: readonly string[]): Promise<LastTrigger[]> {
    return this.database.query<LastTrigger>(
      `SELECT p.name AS "policyName", t.type AS "eventType", p.enabled, p.creation_time AS "creationTime",
              (SELECT max(e.start_time) FROM execution e
               WHERE e.vendor_id = p.id AND e.vendor_type = ANY($2) AND e.extra_attrs->>'event_type' = t.type) AS "lastTriggerTime"
       FROM webhook_policy p CROSS JOIN unnest(p.event_types) AS t(type)
       WHERE p.project_id IS NOT DISTINCT FROM $1 ORDER BY p.id, t.type`,
      [owner, vendorTypes],
    );
  }
}
