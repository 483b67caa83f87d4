/** Works on up to `width` items at once, ahead of the reader, and gives the results in the order of the items. */
export async function* inTurn<In, Out>(
  items: AsyncIterable<In> | Iterable<In>,
  width: number,
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const pending: Promise<Out>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Looked at in its turn; until then it is nobody's failure.
    result.catch(() => undefined);
    pending.push(result);
    if (pending.length >= width) yield await (pending.shift() as Promise<Out>);
  }
  for (const result of pending) yield await result;
}
