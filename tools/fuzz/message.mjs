import { mutateText, nasty, veryLong } from './texts.mjs';

/*
 * How a request goes over the wire. `good`: as HTTP wants it, so an answer must come. Everything else may be answered
 * or cut, but never with a failure of the server's.
 */

const framings = {
  length: (body) => [[['Content-Length', String(body.length)]], body],
  chunked: (body) => [[['Transfer-Encoding', 'chunked']], chunks(body)],
  tooLong: (body) => [[['Content-Length', String(body.length + 10)]], body],
  tooShort: (body) => [[['Content-Length', String(Math.max(0, body.length - 5))]], body],
  absurd: (body, random) => [
    [['Content-Length', random.pick(['-1', '1e3', '0x10', '9'.repeat(30), '5, 5', ' ', '+3'])]],
    body,
  ],
  both: (body) => [
    [
      ['Content-Length', String(body.length)],
      ['Transfer-Encoding', 'chunked'],
    ],
    chunks(body),
  ],
  twice: (body) => [
    [
      ['Content-Length', String(body.length)],
      ['Content-Length', String(body.length + 1)],
    ],
    body,
  ],
  encodings: (body, random) => [
    [['Transfer-Encoding', random.pick(['gzip', 'chunked, gzip', 'identity', 'xchunked', 'chunked, chunked'])]],
    chunks(body),
  ],
  brokenChunks: (body, random) => [
    [['Transfer-Encoding', 'chunked']],
    Buffer.concat([
      Buffer.from(random.pick(['ffffffffffffffffff', '-1', 'g', '', '5;x=y'])),
      Buffer.from('\r\n'),
      body,
    ]),
  ],
};

function chunks(body) {
  const half = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0);
  const framed = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

/** Bytes of a request, and whether its framing is good. */
export function serialize(random, { method, path, headers, body }, host) {
  const bodiless = body === undefined;
  const framing = bodiless
    ? undefined
    : random.weighted([
        [30, 'length'],
        [8, 'chunked'],
        [0.5, random.pick(Object.keys(framings))],
      ]);
  const [framed, payload] = bodiless ? [[], Buffer.alloc(0)] : framings[framing](body, random);
  const all = [['Host', host], ...headers, ...framed];
  const lines = all.map(([name, value]) => `${name}: ${oneLine(value)}`);
  const target = oneLine(path).replaceAll(' ', '%20') || '/';
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const good = bodiless || framing === 'length' || framing === 'chunked';
  return { bytes: Buffer.concat([head, payload]), good };
}

/** Text beyond latin1 goes out as UTF-8; a line break would begin another header, and spoilHead() does that. */
const oneLine = (text) =>
  Buffer.from(String(text), 'utf8')
    .toString('latin1')
    .replace(/[\r\n\0]/g, '?');

/** Harm to the bytes before the body. */
export function spoilHead(random, bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end).toString('latin1');
  const rest = bytes.subarray(end);
  const spoiled = random.weighted([
    [4, () => mutateText(random, head)],
    [1, () => head.replace('HTTP/1.1', random.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'ICY', '']))],
    [1, () => head.replace(/^\w+/, random.pick(['get', 'CONNECT', 'PRI', 'FOO', 'PROPFIND', '', 'GET\t', 'TRACE']))],
    [1, () => head.replaceAll('\r\n', '\n')],
    [1, () => head.replaceAll('\r\n', '\r')],
    [1, () => `${head}\r\nX: ${veryLong(random)}`],
    [1, () => `${head}\r\nno colon here`],
    [1, () => `${head}\r\n folded: yes`],
    [1, () => `${head}\r\nX-Nul: a\0b`],
    [1, () => head + Array.from({ length: 3_000 }, (_, i) => `\r\nH${i}: x`).join('')],
    [
      1,
      () =>
        head.replace(/\r\nHost: [^\r]*/, random.pick(['', '\r\nHost: a\r\nHost: b', '\r\nHost: a b', '\r\nHost: "'])),
    ],
    [1, () => head.replace(/ [^ ]+ /, ` http://${random.pick(nasty)}/v2/ `)],
  ])();
  return Buffer.concat([Buffer.from(spoiled, 'latin1'), rest]);
}
