import { ExecutionsService } from '@breakwater/executions';
import { ImportService } from '@breakwater/import';
import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audited, theJob } from '../audit-logs';
import { SystemPermission } from '../auth';
import { JobLogs, ReturnsLog } from '../live';
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
import {
  ListStorageImportsQuery,
  NewStorageImportDto,
  StorageImportDto,
  StorageImportPath,
  toStorageImport,
} from './imports.dto';

const tag = 'import';
const path = 'system/import';
const vendorType = 'STORAGE_IMPORT';
const scope = { vendorTypes: [vendorType] };

/** Taking over the storage of a distribution registry. In addition to Harbor. */
@Controller(`${api}/${path}`)
export class ImportsController {
  constructor(
    private readonly imports: ImportService,
    private readonly executions: ExecutionsService,
    private readonly logs: JobLogs,
  ) {}

  @Post()
  @SystemPermission('storage-import:create')
  @Audited('start_job', theJob(vendorType))
  @Operation({
    id: 'startStorageImport',
    tag,
    summary: 'Import what a distribution registry left in the storage. In addition to Harbor',
    errors: [400, 401, 403, 409, 422],
  })
  @ReturnsCreated()
  async start(@Body() body: NewStorageImportDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    setLocation(reply, `${path}/${await this.imports.start(body)}`);
  }

  @Get()
  @SystemPermission('storage-import:list')
  @Operation({
    id: 'listStorageImports',
    tag,
    summary: 'List the imports. In addition to Harbor',
    errors: [400, 401, 403, 422],
  })
  @ReturnsList(StorageImportDto)
  async list(@Query() query: ListStorageImportsQuery): Promise<Page<z.input<typeof StorageImportDto.schema>>> {
    const { items, total } = await this.executions.list(scope, listOptions(query));
    return new Page(items.map(toStorageImport), total, query);
  }

  @Get(':import_id')
  @SystemPermission('storage-import:read')
  @Operation({
    id: 'getStorageImport',
    tag,
    summary: 'Get an import. In addition to Harbor',
    errors: [401, 403, 404, 422],
  })
  @Returns(StorageImportDto)
  async get(@Param() { import_id: id }: StorageImportPath): Promise<z.input<typeof StorageImportDto.schema>> {
    return toStorageImport(await this.executions.get(id, scope));
  }

  @Put(':import_id')
  @SystemPermission('storage-import:stop')
  @Audited('stop_job', theJob(vendorType))
  @Operation({
    id: 'stopStorageImport',
    tag,
    summary: 'Stop an import. In addition to Harbor',
    errors: [401, 403, 404, 422],
  })
  @ReturnsNothing()
  async stop(@Param() { import_id: id }: StorageImportPath): Promise<void> {
    await this.executions.stop(id, scope);
  }

  @Get(':import_id/log')
  @SystemPermission('storage-import:read')
  @Operation({
    id: 'getStorageImportLog',
    tag,
    summary: 'Read the log of an import, which names what is broken. In addition to Harbor',
    errors: [400, 401, 403, 404, 422],
  })
  @ReturnsLog()
  log(@Param() { import_id: id }: StorageImportPath, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.logs.ofExecution(id, scope, request);
  }
}
