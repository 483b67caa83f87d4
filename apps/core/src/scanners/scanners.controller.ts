import { ScannersService } from '@breakwater/scanners';
import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theScanner } from '../audit-logs';
import { SystemPermission } from '../auth';
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
  IsDefaultDto,
  ListScannersQuery,
  readScannerBody,
  ScannerAdapterMetadataDto,
  ScannerPath,
  ScannerRegistrationDto,
  ScannerRegistrationReqDto,
  ScannerRegistrationSettingsDto,
  toScanner,
} from './scanner.dto';

const tag = 'scanner';

@Controller(`${api}/scanners`)
export class ScannersController {
  constructor(private readonly scanners: ScannersService) {}

  @Get()
  @SystemPermission('scanner:list')
  @Operation({ id: 'listScanners', tag, summary: 'List the scanners', errors: [400, 401, 403, 422] })
  @ReturnsList(ScannerRegistrationDto)
  async list(@Query() query: ListScannersQuery) {
    const { items, total } = await this.scanners.list(listOptions(query));
    return new Page(items.map(toScanner), total, query);
  }

  @Post()
  @SystemPermission('scanner:create')
  @Audited('create_scanner', theScanner, 'afterwards')
  @Operation({
    id: 'createScanner',
    tag,
    summary: 'Register a scanner; its adapter must answer, and the first one is the default',
    errors: [400, 401, 403, 409, 422],
  })
  @ReturnsCreated()
  async create(
    @Body() body: ScannerRegistrationReqDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    setLocation(reply, `scanners/${await this.scanners.create(readScannerBody(body))}`);
  }

  @Post('ping')
  @SystemPermission('scanner:read')
  @Operation({
    id: 'pingScanner',
    tag,
    summary: 'Whether an adapter answers as one should',
    errors: [400, 401, 403, 422],
  })
  @ReturnsNothing()
  ping(@Body() body: ScannerRegistrationSettingsDto): Promise<void> {
    return this.scanners.ping(readScannerBody(body));
  }

  @Get(':registration_id')
  @SystemPermission('scanner:read')
  @Operation({ id: 'getScanner', tag, summary: 'Get a scanner', errors: [401, 403, 404, 422] })
  @Returns(ScannerRegistrationDto)
  async get(@Param() { registration_id: uuid }: ScannerPath) {
    return toScanner(await this.scanners.get(uuid));
  }

  @Put(':registration_id')
  @SystemPermission('scanner:update')
  @Audited('update_scanner', theScanner)
  @Operation({
    id: 'updateScanner',
    tag,
    summary: 'Change a scanner',
    errors: [400, 401, 403, 404, 409, 412, 422],
  })
  @ReturnsNothing()
  update(@Param() { registration_id: uuid }: ScannerPath, @Body() body: ScannerRegistrationReqDto): Promise<void> {
    return this.scanners.update(uuid, readScannerBody(body));
  }

  @Patch(':registration_id')
  @SystemPermission('scanner:update')
  @Audited('update_scanner', theScanner)
  @Operation({
    id: 'setScannerAsDefault',
    tag,
    summary: 'Make a scanner the default; `false` changes nothing',
    errors: [401, 403, 404, 412, 422],
  })
  @ReturnsNothing()
  async setDefault(@Param() { registration_id: uuid }: ScannerPath, @Body() body: IsDefaultDto): Promise<void> {
    if (body.is_default) await this.scanners.setDefault(uuid);
  }

  @Delete(':registration_id')
  @SystemPermission('scanner:delete')
  @Audited('delete_scanner', theScanner)
  @Operation({
    id: 'deleteScanner',
    tag,
    summary: 'Delete a scanner; projects that chose it use the default',
    errors: [401, 403, 404, 422],
  })
  @Returns(ScannerRegistrationDto)
  async delete(@Param() { registration_id: uuid }: ScannerPath) {
    return toScanner(await this.scanners.delete(uuid));
  }

  @Get(':registration_id/metadata')
  @SystemPermission('scanner:read')
  @Operation({
    id: 'getScannerMetadata',
    tag,
    summary: 'What the adapter of a scanner says of itself; 412 when it does not answer',
    errors: [401, 403, 404, 412, 422],
  })
  @Returns(ScannerAdapterMetadataDto)
  metadata(@Param() { registration_id: uuid }: ScannerPath) {
    return this.scanners.metadata(uuid);
  }
}
