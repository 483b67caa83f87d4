/** Texts that programs stumble over, and small harm done to good ones. */

const lower = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const nasty = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '%2e%2e%2f',
  '%2F',
  '%252F',
  '%00',
  '%0d%0aX-Injected:1',
  '%',
  '%zz',
  '%c0%ae',
  '%ff%fe',
  '//',
  '\\',
  "'; DROP TABLE artifact; --",
  '$1',
  '*',
  '{}',
  '[]',
  '-1',
  '0',
  '1e309',
  '99999999999999999999',
  'NaN',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'é',
  '\u{1f600}',
  '\u0130',
  '\u202e',
  'A'.repeat(300),
  'a/'.repeat(200),
  `${'a'.repeat(127)}`,
];

export const veryLong = (random) => random.text(lower, random.pick([1_000, 3_000, 10_000, 60_000]));

export function word(random) {
  return random.text(lower, random.int(1, 12));
}

/** Changes a text in one place. */
export function mutateText(random, text) {
  const at = random.int(0, text.length);
  const end = Math.min(text.length, at + random.int(0, 3));
  const inserted = random.weighted([
    [4, random.pick(nasty)],
    [2, String.fromCharCode(random.int(1, 255))],
    [2, ''],
    [1, text.slice(at, end).toUpperCase()],
    [0.2, veryLong(random)],
  ]);
  return text.slice(0, at) + inserted + text.slice(end);
}

export function digestLike(random, state) {
  const known = random.pick(state.digests) ?? `sha256:${'0'.repeat(64)}`;
  return random.weighted([
    [10, known],
    [2, `sha256:${random.text('0123456789abcdef', 64)}`],
    [1, `sha512:${random.text('0123456789abcdef', 128)}`],
    [1, known.toUpperCase()],
    [1, `${known}${random.pick(nasty)}`],
    [1, `${random.pick(['md5', 'sha1', 'blake3', 'sha256+b64', 'SHA256', ''])}:${random.text('0123456789abcdef', 32)}`],
    [1, mutateText(random, known)],
  ]);
}
