import { uploadIds, type walkedUpload } from '@breakwater/contracts';
import { InternalGuard } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Body, Controller, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { sendLines } from '../http/json-lines';
import { parsed } from '../http/parsed';

@Controller('uploads')
@UseGuards(InternalGuard)
export class UploadsController {
  constructor(@Inject(BLOB_STORE) private readonly store: BlobStore) {}

  @Get()
  async walk(@Res() reply: FastifyReply): Promise<void> {
    await sendLines(reply, this.walked());
  }

  @Post('cancel')
  @HttpCode(204)
  async cancel(@Body() body: unknown): Promise<void> {
    for (const id of parsed(uploadIds, body).ids) await this.store.cancelUpload({ id });
  }

  private async *walked(): AsyncIterable<z.input<typeof walkedUpload>> {
    for await (const { key, size, modifiedAt } of this.store.walkUploads())
      yield { id: key, size, modified: modifiedAt };
  }
}
