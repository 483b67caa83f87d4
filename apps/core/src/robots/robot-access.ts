import { Injectable } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { RobotsService, type RobotInput, type RobotView } from '@breakwater/identity';
import { AppError } from '@breakwater/kernel';
import { AccessChecker } from '../auth';

type RobotAction = 'create' | 'read' | 'list' | 'update' | 'delete';

/** `robot:*` on the system or on the project, by the robot's level (management-platform.md section 3.4). */
@Injectable()
export class RobotAccess {
  constructor(
    private readonly checker: AccessChecker,
    private readonly robots: RobotsService,
  ) {}

  /** `projectId` 0 is the system. Throws FORBIDDEN, NOT_FOUND. */
  async requireAt(principal: Principal, action: RobotAction, projectId: number): Promise<void> {
    if (projectId === 0) this.checker.requireSystem(principal, `robot:${action}`);
    else await this.checker.requireProject(principal, `robot:${action}`, { id: projectId });
  }

  /** The robot, when the principal may do that to it. Throws FORBIDDEN, NOT_FOUND. */
  async requireOn(principal: Principal, action: RobotAction, robotId: number): Promise<RobotView> {
    const robot = await this.robots.get(robotId);
    await this.requireAt(principal, action, robot.projectId);
    return robot;
  }

  /** The first permission names the project of a project's robot. Throws BAD_REQUEST, FORBIDDEN, NOT_FOUND. */
  async requireCreate(principal: Principal, { level, permissions }: RobotInput): Promise<void> {
    if (level !== 'project') return this.checker.requireSystem(principal, 'robot:create');
    const namespace = permissions[0]?.namespace;
    if (!namespace) throw new AppError('BAD_REQUEST', 'bad request empty permission');
    await this.checker.requireProject(principal, 'robot:create', { name: namespace });
  }
}
