import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { RobotsService } from '@breakwater/identity';
import type { FastifyReply } from 'fastify';
import { Audited } from '../audit-logs';
import { Authenticated, CurrentPrincipal } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  Returns,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import { RobotAccess } from './robot-access';
import { robotListScope } from './robot-list-scope';
import {
  ListRobotsQuery,
  RefreshSecretQuery,
  readRobot,
  RobotCreatedDto,
  RobotCreateDto,
  RobotDto,
  RobotIdParameters,
  RobotSecDto,
  RobotUpdateDto,
  toRobot,
} from './robot.dto';

const tag = 'robot';

/** Whether the system or a project must allow it depends on the robot's level, so every handler asks `RobotAccess`. */
@Controller(`${api}/robots`)
export class RobotsController {
  constructor(
    private readonly robots: RobotsService,
    private readonly access: RobotAccess,
  ) {}

  @Get()
  @Authenticated()
  @Operation({
    id: 'ListRobot',
    tag,
    summary: 'List the robots of the system, or with `q=Level=project,ProjectID=1` those of a project',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(RobotDto)
  async list(@Query() query: ListRobotsQuery, @CurrentPrincipal() principal: Principal) {
    const { projectId, filters } = robotListScope(listOptions(query).filters);
    await this.access.requireAt(principal, 'list', projectId);
    const { items, total } = await this.robots.list(projectId, { ...listOptions(query), filters });
    return new Page(items.map(toRobot), total, query);
  }

  @Post()
  @Authenticated()
  @Audited('create_robot', ({ body, createdId }, subjects) =>
    createdId === undefined ? { resource: String(body.name) } : subjects.people.robot(createdId),
  )
  @Operation({ id: 'CreateRobot', tag, summary: 'Create a robot', errors: [400, 401, 403, 404, 409] })
  @ReturnsCreated(RobotCreatedDto)
  async create(
    @Body() body: RobotCreateDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const input = readRobot(body);
    await this.access.requireCreate(principal, input);
    const { robot, secret } = await this.robots.create({ ...input, secret: body.secret ?? undefined }, principal);
    setLocation(reply, `robots/${robot.id}`);
    return {
      id: robot.id,
      name: robot.fullName,
      secret,
      creation_time: robot.creationTime,
      expires_at: robot.expiresAt,
    };
  }

  @Get(':robot_id')
  @Authenticated()
  @Operation({ id: 'GetRobotByID', tag, summary: 'Get a robot', errors: [401, 403, 404] })
  @Returns(RobotDto)
  async get(@Param() { robot_id: id }: RobotIdParameters, @CurrentPrincipal() principal: Principal) {
    return toRobot(await this.access.requireOn(principal, 'read', id));
  }

  @Put(':robot_id')
  @Authenticated()
  @Audited('update_robot', ({ params }, subjects) => subjects.people.robot(params.robot_id))
  @Operation({
    id: 'UpdateRobot',
    tag,
    summary: 'Change a robot; its name, level and project stay',
    errors: [400, 401, 403, 404, 409],
  })
  @ReturnsNothing()
  async update(
    @Param() { robot_id: id }: RobotIdParameters,
    @Body() body: RobotUpdateDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.access.requireOn(principal, 'update', id);
    await this.robots.update(id, readRobot(body));
  }

  @Patch(':robot_id')
  @Authenticated()
  @Audited('update_robot', ({ params }, subjects) => subjects.people.robot(params.robot_id))
  @Operation({ id: 'RefreshSec', tag, summary: 'Give a robot another secret', errors: [400, 401, 403, 404, 422] })
  @Returns(RobotSecDto)
  async refreshSecret(
    @Param() { robot_id: id }: RobotIdParameters,
    @Query() { overlap_hours: overlapHours }: RefreshSecretQuery,
    @Body() { secret }: RobotSecDto,
    @CurrentPrincipal() principal: Principal,
  ) {
    await this.access.requireOn(principal, 'update', id);
    return { secret: await this.robots.refreshSecret(id, secret ?? undefined, overlapHours) };
  }

  @Delete(':robot_id')
  @Authenticated()
  @Audited('delete_robot', ({ params }, subjects) => subjects.people.robot(params.robot_id))
  @Operation({ id: 'DeleteRobot', tag, summary: 'Delete a robot', errors: [400, 401, 403, 404] })
  @ReturnsNothing()
  async delete(@Param() { robot_id: id }: RobotIdParameters, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.access.requireOn(principal, 'delete', id);
    await this.robots.remove(id);
  }
}
