import fc from 'fast-check';
import { filesOfTar } from './tar-files';
import { tarOf, type TarEntry } from './tar.suite';

const limits = { maxBytes: 1_000_000, maxFileBytes: 10_000 };

/** The archive in pieces of that many bytes. */
async function* pieces(archive: Buffer, size = 1_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

const read = async (archive: Buffer, size?: number, wanted: (path: string) => string | undefined = (path) => path) =>
  Object.fromEntries(
    [...(await filesOfTar(pieces(archive, size), wanted, limits))].map(([name, bytes]) => [name, bytes.toString()]),
  );

describe('filesOfTar', () => {
  it('finds regular files, the first of each name, however the bytes come', async () => {
    const names = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/);
    const files = fc.array(fc.record({ name: names, content: fc.string({ maxLength: 1_200 }) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 2_000 }), async (entries, size) => {
        const expected = new Map<string, string>();
        for (const { name, content } of entries)
          if (!expected.has(name)) expected.set(name, Buffer.from(content).toString());
        expect(await read(tarOf(entries), size)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 100 },
    );
  });

  it.each([true, false])('knows long names (pax: %s), and only for the next entry', async (pax) => {
    const long = `${'folder/'.repeat(30)}file`;
    const entries: TarEntry[] = [
      { name: long, content: 'deep' },
      { name: 'file', content: 'flat' },
    ];
    expect(await read(tarOf(entries, { pax }))).toEqual({ [long]: 'deep', file: 'flat' });
  });

  it('passes over what is no regular file, and what nobody wants', async () => {
    const entries: TarEntry[] = [
      { name: 'a', type: '5' },
      { name: 'a', type: '2' },
      { name: 'g', type: 'g', content: '20 comment=something\n' },
      { name: 'large', content: 'x'.repeat(20_000) },
      { name: 'a', content: 'yes' },
    ];
    expect(await read(tarOf(entries), 700, (path) => (path === 'a' ? 'A' : undefined))).toEqual({ A: 'yes' });
  });

  it('ends where the archive does', async () => {
    expect(await read(Buffer.alloc(0))).toEqual({});
    expect(await read(Buffer.alloc(1_024))).toEqual({});
    expect(await read(tarOf([{ name: 'a', content: 'b' }]).subarray(0, 1_024))).toEqual({ a: 'b' });
  });

  it.each([
    ['a file beyond the limit', tarOf([{ name: 'a', content: 'x'.repeat(10_001) }])],
    ['a name beyond the limit', tarOf([{ name: 'n'.repeat(20_000) }])],
    [
      'more than the limit in all',
      Buffer.concat([tarOf([{ name: 'a' }]).subarray(0, 512), Buffer.alloc(1_200_000, 1)]),
    ],
    ['text', Buffer.from('x'.repeat(600))],
    ['a file that breaks off', tarOf([{ name: 'a', content: 'x'.repeat(2_000) }]).subarray(0, 1_100)],
    ['a damaged header', tarOf([{ name: 'a' }]).fill('z', 10, 11)],
  ])('refuses %s', async (_what, archive) => {
    await expect(read(archive)).rejects.toMatchObject({ code: 'UNPROCESSABLE_ENTITY' });
  });

  it('answers or refuses, whatever the bytes are', async () => {
    const valid = tarOf([
      { name: 'a', content: 'b' },
      { name: 'c'.repeat(120), content: 'd' },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(valid.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(valid);
        damaged[at] = byte;
        const outcome = await read(damaged).catch((error: { code?: string }) => error.code);
        expect(typeof outcome === 'string' ? outcome : 'read').toMatch(/^(UNPROCESSABLE_ENTITY|read)$/);
      }),
      { numRuns: 300 },
    );
  });
});
