import { can, type Principal } from '@breakwater/access';
import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  RecentTotals,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { projectsWith } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';

/** An entry as lists show it. */
export interface AuditDetail {
  id: number;
  username: string;
  operation: string;
  resourceType: string;
  resource: string;
  description: string;
  succeeded: boolean;
  time: Date;
}

const columns: ListColumns = {
  id: { sql: 'l.id', type: 'number' },
  project_id: { sql: 'l.project_id', type: 'number' },
  username: { sql: 'l.username', type: 'text' },
  operation: { sql: 'l.operation', type: 'text' },
  resource_type: { sql: 'l.resource_type', type: 'text' },
  resource: { sql: 'l.resource', type: 'text' },
  operation_description: { sql: 'l.operation_description', type: 'text' },
  operation_result: { sql: 'l.operation_result', type: 'boolean' },
  source_address: { sql: 'l.source_address', type: 'text' },
  op_time: { sql: 'l.op_time', type: 'time' },
};

const shown = `l.id, l.username, l.operation, l.resource_type AS "resourceType", l.resource, l.operation_description AS description,
  l.operation_result AS succeeded, l.op_time AS time`;

/** Reads the audit log, the newest first unless told otherwise. */
@Injectable()
export class AuditListRepository {
  /** Entries come a second or two late: their number may be as late. */
  private readonly totals = new RecentTotals();

  constructor(private readonly database: Database) {}

  ofProject(projectId: number, options: ListOptions): Promise<{ items: AuditDetail[]; total: number }> {
    const parameters = new SqlParameters();
    return this.list(`l.project_id = ${parameters.add(projectId)}`, parameters, options);
  }

  /** Everything, or what belongs to the projects whose log the principal may read. */
  visible(principal: Principal, options: ListOptions): Promise<{ items: AuditDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const condition = can(principal, 'audit-log:list')
      ? 'true'
      : `l.project_id = ANY(${projectsWith(principal, 'log:list', parameters)})`;
    return this.list(condition, parameters, options);
  }

  private list(
    condition: string,
    parameters: SqlParameters,
    options: ListOptions,
  ): Promise<{ items: AuditDetail[]; total: number }> {
    const where = [condition, ...filterConditions(columns, options.filters, parameters)].join(' AND ');
    const order = orderBy(columns, options.sorts, 'l.op_time DESC, l.id DESC', 'l.id DESC');
    const query = {
      columns: shown,
      from: `FROM audit_log l WHERE ${where}`,
      order,
      parameters,
      ...(where === 'true' && { countAlong: 'l.op_time DESC' }),
    };
    return countedPage(this.database, query, options, this.totals);
  }
}
