import { walkQuery, type repositoryLink } from '@breakwater/contracts';
import { InternalGuard } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Controller, Get, Inject, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { sendLines } from '../http/json-lines';
import { parsed } from '../http/parsed';

/** The repositories of a distribution registry that kept its blobs here before. */
@Controller('repositories')
@UseGuards(InternalGuard)
export class RepositoriesController {
  constructor(@Inject(BLOB_STORE) private readonly store: BlobStore) {}

  @Get()
  async walk(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendLines(reply, this.walked(parsed(walkQuery, query).after));
  }

  private async *walked(after?: string): AsyncIterable<z.input<typeof repositoryLink>> {
    for await (const { modifiedAt, ...link } of this.store.walkRepositories(after))
      yield { ...link, modified: modifiedAt };
  }
}
