import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { LabelsService } from '@breakwater/artifacts';
import type { QueryFilter } from '@breakwater/kernel';
import type { FastifyReply } from 'fastify';
import { Audited } from '../audit-logs';
import { Authenticated, CurrentPrincipal, Public } from '../auth';
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
import { LabelAccess } from './label-access';
import { LabelDto, LabelPath, LabelReqDto, ListLabelsQuery, readLabel, readScope, toLabel } from './label.dto';

const tag = 'label';

/** Whether the system or a project must allow it depends on the label's scope, so every handler asks `LabelAccess`. */
@Controller(`${api}/labels`)
export class LabelsController {
  constructor(
    private readonly labels: LabelsService,
    private readonly access: LabelAccess,
  ) {}

  @Get()
  @Public()
  @Operation({
    id: 'ListLabels',
    tag,
    summary:
      'List the labels of every project, `scope=g` as by default, or with `scope=p` and `project_id` those of one',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsList(LabelDto)
  async list(@Query() query: ListLabelsQuery, @CurrentPrincipal() principal: Principal) {
    const projectId = readScope({ ...query, scope: query.scope || 'g' });
    await this.access.requireList(principal, projectId);
    const options = listOptions(query);
    const named: QueryFilter[] = query.name ? [{ key: 'name', match: 'fuzzy', value: query.name }] : [];
    const { items, total } = await this.labels.list(projectId, { ...options, filters: [...options.filters, ...named] });
    return new Page(items.map(toLabel), total, query);
  }

  @Post()
  @Authenticated()
  @Audited('create_label', ({ body }) => theNewLabel(body))
  @Operation({ id: 'CreateLabel', tag, summary: 'Create a label', errors: [400, 401, 403, 404, 409, 415, 422] })
  @ReturnsCreated()
  async create(
    @Body() body: LabelReqDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const projectId = readScope(body);
    await this.access.requireAt(principal, 'create', projectId);
    setLocation(reply, `labels/${await this.labels.create(projectId, readLabel(body))}`);
  }

  @Get(':label_id')
  @Public()
  @Operation({ id: 'GetLabelByID', tag, summary: 'Get a label', errors: [401, 403, 404, 422] })
  @Returns(LabelDto)
  async get(@Param() { label_id: id }: LabelPath, @CurrentPrincipal() principal: Principal) {
    return toLabel(await this.access.requireOn(principal, 'read', id));
  }

  @Put(':label_id')
  @Authenticated()
  @Audited('update_label', ({ params }, subjects) => subjects.policies.label(params.label_id))
  @Operation({
    id: 'UpdateLabel',
    tag,
    summary: 'Change name, description and colour of a label',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  async update(
    @Param() { label_id: id }: LabelPath,
    @Body() body: LabelReqDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.access.requireOn(principal, 'update', id);
    await this.labels.update(id, readLabel(body));
  }

  @Delete(':label_id')
  @Authenticated()
  @Audited('delete_label', ({ params }, subjects) => subjects.policies.label(params.label_id))
  @Operation({
    id: 'DeleteLabel',
    tag,
    summary: 'Delete a label; artifacts that carry it lose it',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsNothing()
  async delete(@Param() { label_id: id }: LabelPath, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.access.requireOn(principal, 'delete', id);
    await this.labels.delete(id);
  }
}

function theNewLabel({ name, scope, project_id: id }: Record<string, unknown>) {
  const projectId = scope === 'p' && Number.isSafeInteger(id) && Number(id) > 0 ? Number(id) : undefined;
  return { resource: String(name), ...(projectId !== undefined && { projectId }) };
}
