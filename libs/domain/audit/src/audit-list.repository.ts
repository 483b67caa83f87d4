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

/** Sorted by an expression: in the order of an index, Postgres would go through everybody's entries in search of ours. */
const columnsOfProject: ListColumns = Object.fromEntries(
  Object.entries(columns).map(([name, column]) => [
    name,
    column.type === 'text' ? { ...column, sql: `(${column.sql} || '')` } : column,
  ]),
);

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
    return this.list(`l.project_id = ${parameters.add(projectId)}`, parameters, options, columnsOfProject);
  }

  /** Everything, or what belongs to the projects whose log the principal may read. */
  visible(principal: Principal, options: ListOptions): Promise<{ items: AuditDetail[]; total: number }> {
    const parameters = new SqlParameters();
    if (can(principal, 'audit-log:list')) return this.list('true', parameters, options);
    const projects = projectsWith(principal, 'log:list', parameters);
    return options.sorts.every(({ key }) => key === 'op_time')
      ? this.latestOf(projects, parameters, options)
      : this.list(`l.project_id = ANY(${projects})`, parameters, options);
  }

  /** By time: as many of each project as the page may need, for one after another has its index. */
  private latestOf(
    projects: string,
    parameters: SqlParameters,
    options: ListOptions,
  ): Promise<{ items: AuditDetail[]; total: number }> {
    const filters = filterConditions(columns, options.filters, parameters);
    const of = (condition: string): string => `FROM audit_log l WHERE ${[condition, ...filters].join(' AND ')}`;
    const order = orderOf(options);
    const most = options.page * options.pageSize;
    const each = `SELECT l.* ${of('l.project_id = p.id')} ORDER BY ${order} LIMIT ${most}`;
    const query = {
      columns: shown,
      from: `FROM unnest(${projects}) p(id) CROSS JOIN LATERAL (${each}) l`,
      countFrom: of(`l.project_id = ANY(${projects})`),
      order,
      parameters,
    };
    return countedPage(this.database, query, options, this.totals);
  }

  private list(
    condition: string,
    parameters: SqlParameters,
    options: ListOptions,
    sortable: ListColumns = columns,
  ): Promise<{ items: AuditDetail[]; total: number }> {
    const where = [condition, ...filterConditions(columns, options.filters, parameters)].join(' AND ');
    const query = {
      columns: shown,
      from: `FROM audit_log l WHERE ${where}`,
      order: orderOf(options, sortable),
      parameters,
      ...(where === 'true' && { countAlong: 'l.op_time DESC' }),
    };
    return countedPage(this.database, query, options, this.totals);
  }
}

/** In one direction, and by time before id, as the indexes are. */
function orderOf({ sorts }: ListOptions, sortable: ListColumns = columns): string {
  const last = sorts.at(-1);
  const direction = last?.descending === false ? 'ASC' : 'DESC';
  const by = [...(last?.key === 'resource_type' ? ['l.operation'] : []), 'l.op_time', 'l.id'];
  const tie = by.map((column) => `${column} ${direction}`).join(', ');
  return orderBy(sortable, sorts, 'l.op_time DESC, l.id DESC', tie);
}
