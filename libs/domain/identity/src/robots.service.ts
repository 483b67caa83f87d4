import { Injectable } from '@nestjs/common';
import type { Principal, RobotGrant } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { Database, type ListOptions } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { CredentialCache } from './credential-cache';
import {
  assertWithin,
  expiryOf,
  parseGrants,
  parseLevel,
  validateDuration,
  validateRobotName,
  type RobotPermissionInput,
} from './robot-rules';
import { RobotSecrets } from './secrets/robot-secrets';
import { RobotsRepository, type RobotRow } from './robots.repository';
import { generateSecret, requireStrongSecret } from './secrets/secret-rules';
import { orConflict } from './users.service';

export interface RobotInput {
  name: string;
  level: string;
  description: string;
  disable: boolean;
  /** Days, -1 for ever; undefined for the setting `robot_token_duration`. */
  duration?: number;
  permissions: RobotPermissionInput[];
}

export interface RobotView extends RobotRow {
  /** As it logs in: `robot$library+ci`. */
  fullName: string;
}

/** Accounts for automation. Whoever calls has checked that the caller may. */
@Injectable()
export class RobotsService {
  constructor(
    private readonly database: Database,
    private readonly robots: RobotsRepository,
    private readonly secrets: RobotSecrets,
    private readonly settings: SettingsService,
    private readonly cache: CredentialCache,
  ) {}

  /**
   * `secret` is set only when it was generated here. Throws BAD_REQUEST, NOT_FOUND for a project, CONFLICT for the name,
   * DENIED when a robot would pass on more than it holds.
   */
  async create(
    input: RobotInput & { secret?: string },
    creator: Principal,
  ): Promise<{ robot: RobotView; secret: string | undefined }> {
    validateRobotName(input.name);
    if (input.secret) requireStrongSecret(input.secret);
    const duration = input.duration ?? (await this.settings.get()).robot_token_duration;
    validateDuration(duration);
    const level = parseLevel(input.level);
    const grants = parseGrants(level, input.permissions);
    if (creator.kind === 'robot') assertWithin(level, grants, creator);
    const projects = await this.requireProjects(grants);
    const secret = input.secret || generateSecret();
    const creationTime = new Date();
    const { name, description, disable: disabled } = input;
    const id = await this.insert(
      {
        name,
        description,
        disabled,
        duration,
        creationTime,
        expiresAt: expiryOf(creationTime, duration),
        secretHash: this.secrets.hash(secret),
        ...creatorOf(creator),
        projectId: level === 'project' ? (projects[0]?.id ?? 0) : 0,
      },
      grants,
    );
    return { robot: await this.get(id), secret: input.secret ? undefined : secret };
  }

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<RobotView> {
    const row = await this.robots.find(id);
    if (!row) throw new AppError('NOT_FOUND', `robot ${id} not found`);
    return this.view(row, (await this.settings.get()).robot_name_prefix);
  }

  /** Of one project, or of the system (0). */
  async list(projectId: number, options: ListOptions): Promise<{ items: RobotView[]; total: number }> {
    const { robot_name_prefix: prefix } = await this.settings.get();
    const { items, total } = await this.robots.list(projectId, options);
    return { items: items.map((row) => this.view(row, prefix)), total };
  }

  /** Name, level and project stay; expiry is counted from the creation. Throws NOT_FOUND, BAD_REQUEST. */
  async update(id: number, input: RobotInput): Promise<void> {
    const robot = await this.get(id);
    const level = parseLevel(input.level);
    const duration = input.duration ?? robot.duration;
    validateDuration(duration);
    if (level !== levelOf(robot) || (input.name !== robot.fullName && input.name !== robot.name))
      throw new AppError('BAD_REQUEST', 'cannot update the level or name of robot');
    const grants = parseGrants(level, input.permissions);
    if (level === 'project' && grants.some(({ namespace }) => namespace !== robot.projectName))
      throw new AppError('BAD_REQUEST', 'cannot update the project id of robot');
    await this.requireProjects(grants);
    await this.database.transaction(async () => {
      await this.robots.update(id, {
        description: input.description,
        disabled: input.disable,
        duration,
        expiresAt: expiryOf(robot.creationTime, duration),
      });
      await this.robots.replaceGrants(id, grants);
    });
    this.cache.forget('robot', id);
  }

  /**
   * Answers the secret when it was generated here. The robot's expiry stays. For `overlapHours` the secret before is good
   * as well; one that was given an overlap earlier is not. Throws NOT_FOUND, BAD_REQUEST.
   */
  async refreshSecret(id: number, given?: string, overlapHours = 0): Promise<string | undefined> {
    if (given) requireStrongSecret(given);
    await this.get(id);
    const secret = given || generateSecret();
    await this.robots.updateSecret(id, this.secrets.hash(secret), overlapHours);
    this.cache.forget('robot', id);
    return given ? undefined : secret;
  }

  /** Throws NOT_FOUND. */
  async remove(id: number): Promise<void> {
    await this.get(id);
    await this.robots.delete(id);
    this.cache.forget('robot', id);
  }

  /** Called in the transaction that deletes the project. */
  removeOfProject(project: { id: number; name: string }): Promise<void> {
    return this.robots.deleteOfProject(project);
  }

  private insert(robot: Parameters<RobotsRepository['insert']>[0], grants: RobotGrant[]): Promise<number> {
    return this.database.transaction(async () => {
      const id = await orConflict(() => this.robots.insert(robot), `robot ${robot.name}`);
      await this.robots.replaceGrants(id, grants);
      return id;
    });
  }

  private async requireProjects(grants: readonly RobotGrant[]): Promise<{ id: number; name: string }[]> {
    const names = [
      ...new Set(
        grants
          .filter(({ kind, namespace }) => kind === 'project' && namespace !== '*')
          .map(({ namespace }) => namespace),
      ),
    ];
    const projects = names.length === 0 ? [] : await this.robots.projectsAmong(names);
    const missing = names.find((name) => !projects.some((project) => project.name === name));
    if (missing !== undefined) throw new AppError('NOT_FOUND', `project ${missing} not found`);
    return projects;
  }

  private view(row: RobotRow, prefix: string): RobotView {
    return { ...row, fullName: `${prefix}${row.projectName === null ? '' : `${row.projectName}+`}${row.name}` };
  }
}

export function levelOf(robot: { projectId: number }): 'system' | 'project' {
  return robot.projectId === 0 ? 'system' : 'project';
}

function creatorOf(creator: Principal): { creatorType: string; creatorRef: number } {
  if (creator.kind === 'robot') return { creatorType: 'robot', creatorRef: creator.id };
  return { creatorType: 'local', creatorRef: creator.kind === 'user' ? creator.id : 0 };
}
