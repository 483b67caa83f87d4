import {
  countedPage,
  Database,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** A quota with the project that it is of. Bytes; `hard` -1: unlimited. */
export interface QuotaDetail {
  id: number;
  hard: number;
  used: number;
  creationTime: Date;
  updateTime: Date;
  projectId: number;
  projectName: string;
  ownerName: string;
}

export type QuotaListOptions = Pick<ListOptions, 'sorts' | 'page' | 'pageSize'> & { projectId?: number };

const columns: ListColumns = {
  id: { sql: 'q.id', type: 'number' },
  'hard.storage': { sql: 'q.hard', type: 'number' },
  'used.storage': { sql: 'q.used', type: 'number' },
  creation_time: { sql: 'q.creation_time', type: 'time' },
  update_time: { sql: 'q.update_time', type: 'time' },
};

const shown = `q.id, q.hard, q.used, q.creation_time AS "creationTime", q.update_time AS "updateTime", p.id AS "projectId",
  p.name AS "projectName", coalesce(u.username, '') AS "ownerName"`;
const from = 'FROM quota q JOIN project p ON p.id = q.project_id LEFT JOIN user_account u ON u.id = p.owner_id';

@Injectable()
export class QuotaListRepository {
  constructor(private readonly database: Database) {}

  list(options: QuotaListOptions): Promise<{ items: QuotaDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const where = options.projectId === undefined ? '' : ` WHERE q.project_id = ${parameters.add(options.projectId)}`;
    const order = orderBy(columns, options.sorts, 'q.id', 'q.id');
    return countedPage(this.database, { columns: shown, from: from + where, order, parameters }, options);
  }

  async find(id: number): Promise<QuotaDetail | undefined> {
    const [row] = await this.database.query<QuotaDetail>(`SELECT ${shown} ${from} WHERE q.id = $1`, [id]);
    return row;
  }
}
