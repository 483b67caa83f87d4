import type { ProjectFacts } from '@breakwater/access';
import { ImmutableRulesService } from '@breakwater/immutability';
import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theImmutableRule } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import {
  api,
  listOptions,
  Operation,
  Page,
  PathParameters,
  ResourceNameHeader,
  ReturnsCreated,
  ReturnsList,
  ReturnsNothing,
  setLocation,
} from '../rest';
import {
  ImmutableRuleDto,
  ImmutableRuleInputDto,
  ImmutableRulePath,
  ListImmutableRulesQuery,
  toImmutableRule,
} from './immutable-rule.dto';

const tag = 'immutable';

@Controller(`${api}/projects/:project_name_or_id/immutabletagrules`)
export class ImmutableRulesController {
  constructor(private readonly rules: ImmutableRulesService) {}

  @Get()
  @RequirePermission('immutable-tag:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListImmuRules',
    tag,
    summary: 'List the immutable tag rules of a project',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(ImmutableRuleDto)
  async list(@CurrentProject() project: ProjectFacts, @Query() query: ListImmutableRulesQuery) {
    const { items, total } = await this.rules.list(project.id, listOptions(query));
    return new Page(items.map(toImmutableRule), total, query);
  }

  @Post()
  @RequirePermission('immutable-tag:create')
  @Audited('create_immutable_rule', theImmutableRule)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'CreateImmuRule',
    tag,
    summary: 'Make tags of a project immutable: they can neither be moved nor deleted',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @CurrentProject() project: ProjectFacts,
    @Body() body: ImmutableRuleInputDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const id = await this.rules.create(project.id, body);
    setLocation(reply, `projects/${project.id}/immutabletagrules/${id}`);
  }

  @Put(':immutable_rule_id')
  @RequirePermission('immutable-tag:update')
  @Audited('update_immutable_rule', theImmutableRule)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'UpdateImmuRule',
    tag,
    summary: 'Change an immutable tag rule, or switch it off and on',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  update(
    @CurrentProject() project: ProjectFacts,
    @Param() { immutable_rule_id: id }: ImmutableRulePath,
    @Body() body: ImmutableRuleInputDto,
  ): Promise<void> {
    return this.rules.update(project.id, id, body);
  }

  @Delete(':immutable_rule_id')
  @RequirePermission('immutable-tag:delete')
  @Audited('delete_immutable_rule', theImmutableRule)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'DeleteImmuRule',
    tag,
    summary: 'Delete an immutable tag rule',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  delete(
    @CurrentProject() project: ProjectFacts,
    @Param() { immutable_rule_id: id }: ImmutableRulePath,
  ): Promise<void> {
    return this.rules.delete(project.id, id);
  }
}
