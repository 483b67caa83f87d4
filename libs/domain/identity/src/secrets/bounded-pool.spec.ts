import { BoundedPool } from './bounded-pool';

/** Work that ends when told to. */
function held(): { work: () => Promise<string>; release: () => void; started: () => boolean } {
  let release = (): void => undefined;
  let started = false;
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { work: () => ((started = true), done.then(() => 'done')), release: () => release(), started: () => started };
}

describe('BoundedPool', () => {
  it('runs so many at once, lets so many wait in order, and refuses the rest', async () => {
    const pool = new BoundedPool(2, 2);
    const works = Array.from({ length: 4 }, held);
    const results = works.map(({ work }) => pool.run(work));
    await expect(pool.run(held().work)).rejects.toMatchObject({
      code: 'TOOMANYREQUESTS',
      headers: { 'retry-after': '1' },
    });
    expect(works.map(({ started }) => started())).toEqual([true, true, false, false]);
    works[1]!.release();
    await results[1];
    await Promise.resolve();
    expect(works.map(({ started }) => started())).toEqual([true, true, true, false]);
    for (const { release } of works) release();
    await expect(Promise.all(results)).resolves.toEqual(['done', 'done', 'done', 'done']);
  });

  it('frees the place of work that failed', async () => {
    const pool = new BoundedPool(1, 0);
    for (let round = 0; round < 3; round += 1)
      await expect(pool.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(pool.run(() => Promise.resolve('fine'))).resolves.toBe('fine');
  });
});
