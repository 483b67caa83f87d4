// The command line of `npm run crash`.
import { parseArgs } from 'node:util';
import { FAILPOINTS } from './plan.mjs';

export const HELP = `Breakwater: npm run crash [-- OPTIONS]

Starts a platform of its own in a temporary folder and kills its registry, nginx and PostgreSQL with SIGKILL while clients
push: the registry once at every failpoint, the rest at random moments. Then it pulls and hashes everything that was
acknowledged and compares rows with files. Linux only.

  --kills N         how many, at least ${FAILPOINTS.length}                                (default 60)
  --seed N          the same seed makes the same plan and content        (default by the clock)
  --clients N       how many push at once                                (default 6)
  --dir DIR         where the folder is made                             (default the system's)
  --keep            keep the folder even when nothing is wrong
  -h, --help        this text

The exit code is 1 when something acknowledged was lost or damaged; the folder is kept then, with the log of
acknowledgements, the logs of the services, the blobs and the database.
`;

const OPTIONS = {
  kills: { type: 'string', default: '60' },
  seed: { type: 'string' },
  clients: { type: 'string', default: '6' },
  dir: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

/** @param {string[]} argv */
export function parseCommandLine(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const { seed = String(Date.now() % 1_000_000), dir, keep, help } = values;
  return {
    kills: whole('--kills', values.kills, FAILPOINTS.length),
    seed: whole('--seed', seed, 0),
    clients: whole('--clients', values.clients, 1),
    dir,
    keep,
    help,
  };
}

function whole(name, text, least) {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${name} takes a number from ${least}, not "${text}"`);
}
