import { readImageConfig } from './image-config';
import { Readable } from 'node:stream';

const read = (bytes: Buffer | string, size = Buffer.byteLength(bytes)) =>
  readImageConfig({ mediaType: 'a/b', digest: 'sha256:x', size }, () =>
    Promise.resolve(Readable.from([Buffer.from(bytes)])),
  );

describe('readImageConfig', () => {
  it('picks what the API shows', async () => {
    const config = {
      architecture: 'arm64',
      os: 'linux',
      variant: 'v8',
      author: null,
      history: [],
      rootfs: {},
      config: { Cmd: ['sh'] },
    };
    expect(await read(JSON.stringify(config))).toEqual({
      architecture: 'arm64',
      os: 'linux',
      variant: 'v8',
      config: { Cmd: ['sh'] },
    });
  });

  it.each(['', 'text', '[]', 'null', '1', '"a"', '{"author":', `{"author":${'['.repeat(40)}${']'.repeat(40)}}`])(
    'says nothing of %s',
    async (text) => {
      expect(await read(text)).toEqual({});
    },
  );

  it.each(['\\u0000', '\\ud800', '\\udfff x'])('leaves out what the database cannot hold: %s', async (escape) => {
    expect(await read(`{"author":"a${escape}b"}`)).toEqual({});
    expect(await read(`{"config":{"a${escape}":1}}`)).toEqual({});
    expect(await read(`{"other":"${escape}","os":"linux"}`)).toEqual({ os: 'linux' });
  });

  it('keeps characters beyond the basic plane', async () => {
    expect(await read('{"author":"\\ud83d\\ude00"}')).toEqual({ author: '\u{1f600}' });
  });

  it('does not open what says that it is large', async () => {
    const open = jest.fn();
    expect(await readImageConfig({ mediaType: 'a/b', digest: 'sha256:x', size: 2_000_000 }, open)).toEqual({});
    expect(open).not.toHaveBeenCalled();
  });

  it('stops reading what lied about its size', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc((sent += 65_536) && 65_536, ' ');
      })(),
    );
    expect(
      await readImageConfig({ mediaType: 'a/b', digest: 'sha256:x', size: 2 }, () => Promise.resolve(endless)),
    ).toEqual({});
    expect(sent).toBeLessThan(4_000_000);
    expect(endless.destroyed).toBe(true);
  });
});
