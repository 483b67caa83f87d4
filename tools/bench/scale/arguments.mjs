// The command line of `npm run bench -- scale`.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { SCALES } from '../../seed/scale.mjs';

export const HELP = `Breakwater: npm run bench -- scale [OPTIONS]

Asks every GET of the management API of a seeded platform (npm run seed): each list with its filters, sorts and pages, as
an administrator, as a developer of a project, and as nobody, over 32 connections through the front door. The goal is a
p99 below 150 ms for each. Linux only.

  --dir DIR         keeps the platform there and finds it again: a full seed takes minutes (default: a new one, removed)
  --scale NAME      ${Object.keys(SCALES).join(' or ')}, when the platform is not seeded yet            (default full)
  --seconds N       length of a sample                                         (default 1)
  --only REGEX      requests whose operation or path matches; the figures of others stay
  --part I/N        every N-th request, from the I-th
  --glance          no load: the quickest of five requests one after another, for a first look
  --write           write the section of docs/performance.md, of all figures in DIR
  -h, --help        this text
`;

const OPTIONS = {
  dir: { type: 'string' },
  scale: { type: 'string', default: 'full' },
  seconds: { type: 'string', default: '1' },
  only: { type: 'string', default: '' },
  part: { type: 'string', default: '1/1' },
  glance: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

/** @param {string[]} argv */
export function parseScaleCommandLine(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const [, part, parts] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(values.part) ?? [];
  if (Number(part) > Number(parts) || part === undefined)
    throw new Error(`--part takes 1/4, say, not "${values.part}"`);
  if (!(Number(values.seconds) > 0)) throw new Error(`--seconds takes a number, not "${values.seconds}"`);
  if (!(values.scale in SCALES)) throw new Error(`--scale takes ${Object.keys(SCALES).join(' or ')}`);
  const { dir, scale, glance, write, help } = values;
  const numbers = { seconds: Number(values.seconds), part: Number(part), parts: Number(parts) };
  return { dir, scale, ...numbers, only: new RegExp(values.only), glance, write, help, base: tmpdir() };
}
