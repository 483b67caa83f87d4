import { Injectable } from '@nestjs/common';
import type { Principal, ProjectFacts } from '@breakwater/access';
import { Database } from '@breakwater/platform';
import { isMembershipOf } from './membership';

/** What access decisions need of a project, with the roles that one principal holds there. One query each. */
@Injectable()
export class ProjectFactsRepository {
  constructor(private readonly database: Database) {}

  async byName(name: string, principal: Principal): Promise<ProjectFacts | undefined> {
    const [row] = await this.database.query<ProjectFacts>(`${select} WHERE p.name = $2`, [memberId(principal), name]);
    return row;
  }

  async byId(id: number, principal: Principal): Promise<ProjectFacts | undefined> {
    const [row] = await this.database.query<ProjectFacts>(`${select} WHERE p.id = $2`, [memberId(principal), id]);
    return row;
  }

  byIds(ids: readonly number[], principal: Principal): Promise<ProjectFacts[]> {
    return this.database.query<ProjectFacts>(`${select} WHERE p.id = ANY($2::bigint[])`, [memberId(principal), ids]);
  }
}

const select = `
  SELECT p.id, p.name, p.public, p.epoch, ARRAY(
    SELECT DISTINCT m.role_id::int FROM project_member m WHERE m.project_id = p.id AND ${isMembershipOf('$1')} ORDER BY 1
  ) AS roles
  FROM project p`;

/** Only people are members; robots carry their grants with them. Ids begin at 1. */
export function memberId(principal: Principal): number {
  return principal.kind === 'user' ? principal.id : 0;
}
