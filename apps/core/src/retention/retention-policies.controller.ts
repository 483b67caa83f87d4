import type { Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { RetentionPoliciesService } from '@breakwater/retention';
import { Body, Controller, Delete, Get, Param, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theRetention } from '../audit-logs';
import { Authenticated, CurrentPrincipal, Public } from '../auth';
import { api, Operation, Returns, ReturnsCreated, ReturnsNothing, setLocation } from '../rest';
import { RetentionAccess } from './retention-access';
import {
  readPolicy,
  retentionMetadata,
  RetentionMetadataDto,
  RetentionPath,
  RetentionPolicyDto,
  RetentionPolicyInputDto,
  toPolicy,
} from './retention.dto';

const tag = 'Retention';

/** The path names a policy, not its project, so every handler asks `RetentionAccess`. */
@Controller(`${api}/retentions`)
export class RetentionPoliciesController {
  constructor(
    private readonly policies: RetentionPoliciesService,
    private readonly access: RetentionAccess,
  ) {}

  @Get('metadatas')
  @Public()
  @Operation({ id: 'getRentenitionMetadata', tag, summary: 'Get what retention rules are made of', errors: [401] })
  @Returns(RetentionMetadataDto)
  metadata() {
    return retentionMetadata;
  }

  @Post()
  @Authenticated()
  @Audited('create_retention_policy', theRetention)
  @Operation({
    id: 'createRetention',
    tag,
    summary: 'Give a project its retention policy',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @Body() body: RetentionPolicyInputDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.access.requireCreate(principal, body.scope.ref);
    setLocation(reply, `retentions/${await this.policies.create(body.scope.ref, readPolicy(body))}`);
  }

  @Get(':id')
  @Authenticated()
  @Operation({ id: 'getRetention', tag, summary: 'Get a retention policy', errors: [401, 403, 404] })
  @Returns(RetentionPolicyDto)
  async get(@Param() { id }: RetentionPath, @CurrentPrincipal() principal: Principal) {
    return toPolicy(await this.access.requireRead(principal, id));
  }

  @Put(':id')
  @Authenticated()
  @Audited('update_retention_policy', theRetention)
  @Operation({
    id: 'updateRetention',
    tag,
    summary: 'Change a retention policy; runs that go on are stopped',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  async update(
    @Param() { id }: RetentionPath,
    @Body() body: RetentionPolicyInputDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    const { projectId } = await this.access.requireOn(principal, 'update', id);
    if (body.scope.ref !== projectId)
      throw new AppError('BAD_REQUEST', `retention policy ${id} is that of project ${projectId}`);
    await this.policies.update(id, readPolicy(body));
  }

  @Delete(':id')
  @Authenticated()
  @Audited('delete_retention_policy', theRetention)
  @Operation({ id: 'deleteRetention', tag, summary: 'Delete a retention policy', errors: [401, 403, 404] })
  @ReturnsNothing()
  async delete(@Param() { id }: RetentionPath, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.access.requireOn(principal, 'delete', id);
    await this.policies.delete(id);
  }
}
