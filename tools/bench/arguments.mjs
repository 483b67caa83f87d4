// The command line of `npm run bench`.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export const PARTS = ['manifests', 'blobs', 'push', 'upload', 'token', 'trust'];

export const HELP = `Breakwater: npm run bench [-- OPTIONS]

Garbage collection is measured by itself: npm run bench -- gc --help
So is the management API with a million artifacts: npm run bench -- scale --help

Measures this registry beside Debian's docker-registry, distribution 3 and nginx, all on this machine, in turns, and
compares with the data-plane budget. Targets whose programs are not here are left out by name. Linux only.

  --quick           fewer images and one short round: minutes instead of half an hour; for a first look only
  --only PARTS      comma list of ${PARTS.join(', ')}                (default all)
  --seconds N       length of a sample                                         (default 2, quick 1)
  --rounds N        rounds; figures are the medians                            (default 3, quick 1)
  --patience N      seconds to wait, in sum, for the rest of the machine to be quiet   (default 120, quick 10)
  --pin             the servers on the first core, the load client on the others: figures per core
  --dir DIR         where the servers' data goes while it runs                 (default ${tmpdir()})
  --write           write docs/performance.md, but for its section on garbage collection
  -h, --help        this text

distribution 3 is built once with Go, when Go is here, and kept in BREAKWATER_TOOLS (~/.cache/breakwater-tools).
Nothing but loopback is ever asked. The exit code tells whether it could measure, not whether the budget was met.
`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
  patience: { type: 'string' },
  pin: { type: 'boolean', default: false },
  dir: { type: 'string', default: tmpdir() },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const FULL = { seconds: 2, rounds: 3, patience: 120, repositories: 200, tagsPerRepository: 50, uploadBytes: 1024 ** 3 };
const QUICK = {
  seconds: 1,
  rounds: 1,
  patience: 10,
  repositories: 20,
  tagsPerRepository: 10,
  uploadBytes: 256 * 1024 ** 2,
};

/** @param {string[]} argv */
export function parseCommandLine(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const { quick, pin, dir, write, help } = values;
  const scale = quick ? QUICK : FULL;
  const given = Object.fromEntries(
    ['seconds', 'rounds', 'patience'].map((name) => [name, positive(`--${name}`, values[name], scale[name])]),
  );
  const only = values.only === undefined ? PARTS : values.only.split(',').map((part) => part.trim());
  const unknown = only.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`--only knows ${PARTS.join(', ')}; not "${unknown}"`);
  return { ...scale, ...given, only, quick, pin, dir, write, help };
}

function positive(option, text, fallback) {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!(number >= 0) || text.trim() === '') throw new Error(`${option} takes a number, not "${text}"`);
  return number;
}
