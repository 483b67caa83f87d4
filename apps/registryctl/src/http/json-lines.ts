import type { StorageLine } from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { envelope } from '@breakwater/platform';
import { Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

/** Lines are sent together, so that a long list is no packet for each item. */
const PIECE = 32 * 1024;

/** No item yet: tells the reader that the work goes on. */
export const GOING_ON = Symbol('GOING_ON');

/**
 * Answers with a line for each item as it is found, no faster than it is read, and one for the end. When the reader
 * goes away, the iteration is ended, too.
 */
export async function sendLines(reply: FastifyReply, items: AsyncIterable<unknown>): Promise<void> {
  const stream = Readable.from(pieces(items), { objectMode: false });
  await reply.header('content-type', 'application/x-ndjson').send(stream);
}

async function* pieces(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let piece = '';
  try {
    for await (const item of items) {
      piece += line(item === GOING_ON ? {} : { item });
      if (item !== GOING_ON && piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
    piece += line({ end: true });
  } catch (thrown) {
    piece += line({ error: described(thrown) });
  }
  yield piece;
}

function line(content: StorageLine): string {
  return `${JSON.stringify(content)}\n`;
}

const logger = new Logger('JsonLines');

function described(thrown: unknown): StorageLine['error'] {
  const error = thrown instanceof AppError ? thrown : new AppError('UNKNOWN', 'internal server error');
  if (error.status >= 500) logger.error({ err: thrown }, 'a list broke off');
  return envelope(error).errors[0];
}
