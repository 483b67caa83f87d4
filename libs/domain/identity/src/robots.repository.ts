import { Injectable } from '@nestjs/common';
import { Changes, type Scope } from '@breakwater/coherence';
import type { RobotGrant } from '@breakwater/access';
import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import type { Robot } from './robot.entity';

const columns: ListColumns = {
  id: { sql: 'r.id', type: 'number' },
  // As it logs in, without the prefix: `ci` or `library+ci`.
  name: { sql: "coalesce(p.name || '+', '') || r.name", type: 'text' },
  description: { sql: 'r.description', type: 'text' },
  disabled: { sql: 'r.disabled', type: 'boolean' },
  duration: { sql: 'r.duration', type: 'number' },
  expires_at: { sql: 'r.expires_at', type: 'number' },
  creation_time: { sql: 'r.creation_time', type: 'time' },
  update_time: { sql: 'r.update_time', type: 'time' },
  last_used_time: { sql: 'r.last_used_time', type: 'time' },
};

export interface RobotRow extends Omit<Robot, 'secretHash' | 'previousSecretHash' | 'permissions'> {
  /** Null for a robot of the system. */
  projectName: string | null;
  grants: RobotGrant[];
}

const shown = `
         r.id, r.name, r.project_id AS "projectId", p.name AS "projectName", r.description, r.duration, r.expires_at AS "expiresAt", r.disabled, r.epoch,
         r.last_used_time AS "lastUsedTime", CASE WHEN r.previous_secret_until > now() THEN r.previous_secret_until END AS "previousSecretUntil",
         r.creator_type AS "creatorType", r.creator_ref AS "creatorRef", r.creation_time AS "creationTime", r.update_time AS "updateTime",
         coalesce((SELECT json_agg(json_build_object('kind', g.kind, 'namespace', g.namespace, 'resource', g.resource, 'action', g.action, 'effect', g.effect) ORDER BY g.id)
                   FROM robot_permission g WHERE g.robot_id = r.id), '[]') AS grants`;
const from = 'FROM robot r LEFT JOIN project p ON p.id = r.project_id';

export type NewRobot = Pick<
  Robot,
  | 'name'
  | 'projectId'
  | 'description'
  | 'secretHash'
  | 'duration'
  | 'expiresAt'
  | 'disabled'
  | 'creatorType'
  | 'creatorRef'
  | 'creationTime'
>;
export type RobotChange = Pick<Robot, 'description' | 'duration' | 'expiresAt' | 'disabled'>;

/** Rows of robots and of what they may do. Every change raises the epoch, so that tokens issued before stop counting. */
@Injectable()
export class RobotsRepository {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
  ) {}

  async find(id: number): Promise<RobotRow | undefined> {
    const [row] = await this.database.query<RobotRow>(`SELECT ${shown} ${from} WHERE r.id = $1`, [id]);
    return row;
  }

  /** Of one project, or of the system (0). */
  list(projectId: number, options: ListOptions): Promise<{ items: RobotRow[]; total: number }> {
    const parameters = new SqlParameters();
    const conditions = [
      `r.project_id = ${parameters.add(projectId)}`,
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const query = {
      columns: shown,
      from: `${from} WHERE ${conditions}`,
      order: orderBy(columns, options.sorts, 'r.name, r.id', 'r.id'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  /** Those of `names` that are projects. */
  async projectsAmong(names: readonly string[]): Promise<{ id: number; name: string }[]> {
    return this.database.query('SELECT id, name FROM project WHERE name = ANY($1)', [names]);
  }

  async insert(robot: NewRobot): Promise<number> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO robot (name, project_id, description, secret_hash, duration, expires_at, disabled, creator_type, creator_ref, creation_time)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
      [
        robot.name,
        robot.projectId,
        robot.description,
        robot.secretHash,
        robot.duration,
        robot.expiresAt,
        robot.disabled,
        robot.creatorType,
        robot.creatorRef,
        robot.creationTime,
      ],
    );
    return row?.id ?? 0;
  }

  async replaceGrants(id: number, grants: readonly RobotGrant[]): Promise<void> {
    await this.database.query('DELETE FROM robot_permission WHERE robot_id = $1', [id]);
    const column = (name: keyof RobotGrant): string[] => grants.map((grant) => grant[name]);
    await this.database.query(
      `INSERT INTO robot_permission (robot_id, kind, namespace, resource, action, effect)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])`,
      [id, column('kind'), column('namespace'), column('resource'), column('action'), column('effect')],
    );
  }

  async update(id: number, { description, duration, expiresAt, disabled }: RobotChange): Promise<void> {
    await this.changes.around([`robot:${id}`], () =>
      this.database.query(
        `UPDATE robot SET description = $2, duration = $3, expires_at = $4, disabled = $5, epoch = epoch + 1, update_time = now() WHERE id = $1`,
        [id, description, duration, expiresAt, disabled],
      ),
    );
  }

  /** `overlapHours`: how long the secret that was good until now stays so; 0: not at all. */
  async updateSecret(id: number, secretHash: string, overlapHours: number): Promise<void> {
    await this.changes.around([`robot:${id}`], () =>
      this.database.query(
        `UPDATE robot SET secret_hash = $2, epoch = epoch + 1, update_time = now(),
                previous_secret_hash = CASE WHEN $3::int > 0 THEN secret_hash END,
                previous_secret_until = CASE WHEN $3::int > 0 THEN now() + $3::int * interval '1 hour' END
         WHERE id = $1`,
        [id, secretHash, overlapHours],
      ),
    );
  }

  async delete(id: number): Promise<void> {
    await this.changes.around([`robot:${id}`], () => this.database.query('DELETE FROM robot WHERE id = $1', [id]));
  }

  /** The project's robots go, and nobody keeps a grant that a later project of the same name would honour. */
  deleteOfProject(project: { id: number; name: string }): Promise<void> {
    return this.database.transaction(async () => {
      const removed = await this.database.query<{ id: number }>(
        'DELETE FROM robot WHERE project_id = $1 RETURNING id',
        [project.id],
      );
      const changed = await this.database.query<{ id: number }>(
        `WITH gone AS (DELETE FROM robot_permission WHERE kind = 'project' AND namespace = $1 RETURNING robot_id)
         UPDATE robot SET epoch = epoch + 1 WHERE id IN (SELECT robot_id FROM gone) RETURNING id`,
        [project.name],
      );
      const scopes = [...removed, ...changed].map(({ id }): Scope => `robot:${id}`);
      if (scopes.length > 0) await this.changes.announce(...scopes);
    });
  }
}
