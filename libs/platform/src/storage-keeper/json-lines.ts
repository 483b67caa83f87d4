import { storageLine } from '@breakwater/contracts';
import { appError, unreachable } from './storage-keeper-errors';

/** The items of an answer in lines (`libs/contracts/src/storage-keeper.ts`). Throws when it breaks off before its end. */
export async function* readLines(response: Response): AsyncGenerator<unknown> {
  for await (const text of linesOf(response)) {
    const { item, error, end } = storageLine.parse(JSON.parse(text));
    if (error) throw appError(error);
    if (end) return;
    if (item !== undefined) yield item;
  }
  unreachable(new Error('the answer broke off'));
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(body)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function* chunksOf(body: Response['body']): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  while (reader) {
    const { value, done } = await reader.read().catch(unreachable);
    if (done) return;
    yield value;
  }
}
