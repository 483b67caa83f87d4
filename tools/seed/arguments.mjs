// The command line of `npm run seed`.
import { parseArgs } from 'node:util';
import { SCALES } from './scale.mjs';

export const HELP = `Breakwater: npm run seed -- --scale small|full [OPTIONS]

Fills a platform with believable data: projects with members and quotas, repositories of images, images for two platforms
and charts, tags and their history; retention policies, immutable rules, webhooks, and jobs that have run. The platform may run or be stopped. Every name begins with "seed-"; a platform that
was seeded before is left as it is. All blobs are really in storage, small ones: every image can be pulled.

  --scale small     ${describe(SCALES.small)}
  --scale full      ${describe(SCALES.full)}
  --data DIR        the data folder of \`npm start\`                 (default ./data)
  --database-url URL --storage DIR
                    a database elsewhere, and the folder that its registry keeps blobs in
  --remove          takes everything of an earlier seed away again (blobs go with the next garbage collection)
  -h, --help        this text
`;

function describe({ projects, repositories, artifacts, tags }) {
  const number = (count) => count.toLocaleString('en').replaceAll(',', ' ');
  return `${number(projects)} projects, ${number(repositories)} repositories, ${number(artifacts)} artifacts, ${number(tags)} tags`;
}

const OPTIONS = {
  scale: { type: 'string' },
  data: { type: 'string' },
  'database-url': { type: 'string' },
  storage: { type: 'string' },
  remove: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

/** @param {string[]} argv */
export function parseCommandLine(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const { scale: name, data, storage, remove, help } = values;
  const databaseUrl = values['database-url'];
  const options = { scale: SCALES[name], data, databaseUrl, storage, remove, help };
  if (help || remove) return options;
  if (name === undefined) throw new Error('how much? --scale small or --scale full, see --help');
  if (!options.scale) throw new Error(`--scale takes ${Object.keys(SCALES).join(' or ')}, not "${name}"`);
  if ((databaseUrl === undefined) !== (storage === undefined)) {
    throw new Error('--database-url and --storage belong together: images without their blobs could not be pulled');
  }
  if (data !== undefined && databaseUrl !== undefined) throw new Error('--data or --database-url, not both');
  return options;
}
