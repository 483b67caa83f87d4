import {
  blobAtKey,
  blobDeletion,
  blobKeys,
  blobVerification,
  maxReadBytes,
  walkQuery,
  type blobSizes,
  type deletedBlobs,
  type walkedBlob,
} from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { InternalGuard } from '@breakwater/platform';
import { BLOB_STORE, inTurn, type BlobStore } from '@breakwater/storage';
import { Body, Controller, Get, HttpCode, Inject, Logger, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { GOING_ON, sendLines } from '../http/json-lines';
import { parsed } from '../http/parsed';
import { BlobVerifier, type Verdict } from './blob-verifier';

/** Often enough that nothing between here and the reader takes a long hash for a broken connection. */
const SIGN_OF_LIFE_MS = 10_000;
const STATS_AT_ONCE = 16;

@Controller('blobs')
@UseGuards(InternalGuard)
export class BlobsController {
  private readonly logger = new Logger(BlobsController.name);

  constructor(
    @Inject(BLOB_STORE) private readonly store: BlobStore,
    private readonly verifier: BlobVerifier,
  ) {}

  @Get()
  async walk(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendLines(reply, this.walked(parsed(walkQuery, query).after));
  }

  @Post('delete')
  @HttpCode(200)
  async delete(@Body() body: unknown): Promise<z.input<typeof deletedBlobs>> {
    const { keys, before } = parsed(blobDeletion, body);
    const failed = await this.store.delete(keys, { signal: before === undefined ? undefined : aborted(before) });
    for (const { key, error } of failed) this.logger.warn({ err: error, key }, 'a blob could not be deleted');
    return { failed: failed.map(({ key, error }) => ({ key, message: messageOf(error) })) };
  }

  @Post('stat')
  @HttpCode(200)
  async stat(@Body() body: unknown): Promise<z.input<typeof blobSizes>> {
    const { keys } = parsed(blobKeys, body);
    const found = inTurn(keys, STATS_AT_ONCE, (key) => this.store.stat(key));
    const sizes: z.input<typeof blobSizes> = [];
    for await (const stat of found) sizes.push(stat ? { size: stat.size } : null);
    return sizes;
  }

  @Post('verify')
  async verify(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendLines(reply, this.verdict(parsed(blobVerification, body)));
  }

  @Post('quarantine')
  @HttpCode(204)
  async quarantine(@Body() body: unknown): Promise<void> {
    await this.store.quarantine(parsed(blobAtKey, body).key);
  }

  @Get('content')
  async content(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { key } = parsed(blobAtKey, query);
    const size = (await this.store.stat(key))?.size ?? 0;
    if (size > maxReadBytes)
      throw new AppError('REQUEST_ENTITY_TOO_LARGE', `the blob has ${size} bytes, ${maxReadBytes} can be read at once`);
    await reply.header('content-type', 'application/octet-stream').send(await this.store.read(key));
  }

  private async *walked(after?: string): AsyncIterable<z.input<typeof walkedBlob>> {
    for await (const { key, size, modifiedAt } of this.store.walk(after)) yield { key, size, modified: modifiedAt };
  }

  private async *verdict({ key, digest, bytesPerSecond }: z.output<typeof blobVerification>): AsyncIterable<unknown> {
    const ended = new AbortController();
    const verdict = this.verifier.verify(key, digest, { bytesPerSecond, signal: ended.signal });
    // Awaited below; when the reader has gone, nobody does.
    verdict.catch(() => undefined);
    try {
      let found: Verdict | undefined;
      while (!found) {
        found = await Promise.race([verdict, sleep(SIGN_OF_LIFE_MS, undefined, { ref: false, signal: ended.signal })]);
        yield found ?? GOING_ON;
      }
    } finally {
      ended.abort();
    }
  }
}

/** At that time, or now when it has passed. */
function aborted(before: string): AbortSignal {
  const reason = new AppError('UNAVAILABLE', 'the request to delete it came too late', { reason: 'storage.late' });
  const left = Date.parse(before) - Date.now();
  if (left <= 0) return AbortSignal.abort(reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), left).unref();
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
