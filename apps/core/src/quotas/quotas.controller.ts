import { AppError, parseSort } from '@breakwater/kernel';
import { QuotaListRepository, QuotasService, type QuotaDetail } from '@breakwater/quotas';
import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Audited } from '../audit-logs';
import { SystemPermission } from '../auth';
import { api, Operation, Page, Returns, ReturnsList, ReturnsNothing } from '../rest';
import { ListQuotasQuery, QuotaDto, QuotaIdParameters, QuotaUpdateReqDto, toQuota } from './quota.dto';

const tag = 'quota';

/** Storage limits; each project has one. */
@Controller(`${api}/quotas`)
export class QuotasController {
  constructor(
    private readonly lists: QuotaListRepository,
    private readonly quotas: QuotasService,
  ) {}

  @Get()
  @SystemPermission('quota:list')
  @Operation({ id: 'listQuotas', tag, summary: 'List the quotas', errors: [401, 403, 422] })
  @ReturnsList(QuotaDto)
  async list(@Query() query: ListQuotasQuery): Promise<Page<z.input<typeof QuotaDto.schema>>> {
    const projectId = projectIn(query);
    const { items, total } = await this.lists.list({
      sorts: parseSort(query.sort),
      page: query.page,
      pageSize: query.page_size,
      ...(projectId !== undefined && { projectId }),
    });
    return new Page(items.map(toQuota), total, query);
  }

  @Get(':id')
  @SystemPermission('quota:read')
  @Operation({ id: 'getQuota', tag, summary: 'Get a quota', errors: [401, 403, 404, 422] })
  @Returns(QuotaDto)
  async get(@Param() { id }: QuotaIdParameters): Promise<z.input<typeof QuotaDto.schema>> {
    return toQuota(await this.find(id));
  }

  @Put(':id')
  @SystemPermission('quota:update')
  @Audited('update_quota', ({ params }, subjects) => subjects.quota(params.id))
  @Operation({ id: 'updateQuota', tag, summary: 'Set the limit of a quota', errors: [400, 401, 403, 404, 422] })
  @ReturnsNothing()
  async update(@Param() { id }: QuotaIdParameters, @Body() { hard }: QuotaUpdateReqDto): Promise<void> {
    await this.find(id);
    const { storage, ...others } = hard ?? {};
    const [other] = Object.keys(others);
    if (other !== undefined)
      throw new AppError('BAD_REQUEST', `a quota has no limit of ${other.slice(0, 80)}: only storage is counted`, {
        reason: 'quota.resource.unknown',
      });
    if (storage === undefined)
      throw new AppError('BAD_REQUEST', 'hard must hold storage, a number of bytes', { reason: 'quota.limit.missing' });
    await this.quotas.setLimit(id, storage);
  }

  private async find(id: number): Promise<QuotaDetail> {
    const quota = await this.lists.find(id);
    if (!quota) throw new AppError('NOT_FOUND', `quota ${id} not found`);
    return quota;
  }
}

/** Undefined: of every project. Nothing but projects has a quota, and no project has the id 0. */
function projectIn({ reference, reference_id: id }: ListQuotasQuery): number | undefined {
  if (reference !== undefined && reference !== 'project') return 0;
  if (id === undefined) return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
