import { Readable } from 'node:stream';
import { s3Error } from './s3-error';

/** The bytes of an answer, whose errors are explained; the connection is given back when the reader goes away. */
export function explainedStream(body: Readable): Readable {
  const stream = Readable.from(chunksOf(body), { objectMode: false });
  // A stream that is closed before its first read never starts the generator.
  stream.once('close', () => body.destroy());
  return stream;
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    throw s3Error(error);
  }
}
