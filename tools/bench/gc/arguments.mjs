// The command line of `npm run bench -- gc`.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export const HELP = `Breakwater: npm run bench -- gc [OPTIONS]

Makes a storage tree of images and garbage (tools/tree) and collects the garbage of copies of it: with Debian's
"docker-registry garbage-collect", and with Breakwater, which imports its copy first, while images are pushed and pulled.
Fails when the blobs that are left differ. Linux only; root, to drop the page cache before each collection.

  --blobs N         blobs in the tree, half of them garbage                    (default 100000)
  --layer-bytes N   size of a layer, a quarter more or less                    (default 1024)
  --rounds N        rounds, each with new copies; figures are the medians      (default 3)
  --workers LIST    workers of Breakwater's collections                        (default 1,4)
  --pushes N        images pushed per second meanwhile                         (default 2)
  --pulls N         images pulled per second meanwhile                         (default 20)
  --calm N          seconds of the same load without a collection              (default 15)
  --dir DIR         where trees and servers' data go; needs 3 KB per file      (default ${tmpdir()})
  --write           write the section of docs/performance.md
  -h, --help        this text
`;

const OPTIONS = {
  blobs: { type: 'string', default: '100000' },
  'layer-bytes': { type: 'string', default: '1024' },
  rounds: { type: 'string', default: '3' },
  workers: { type: 'string', default: '1,4' },
  pushes: { type: 'string', default: '2' },
  pulls: { type: 'string', default: '20' },
  calm: { type: 'string', default: '15' },
  dir: { type: 'string', default: tmpdir() },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

/** @param {string[]} argv */
export function parseGcCommandLine(argv) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const number = (name, least) => wholeNumber(`--${name}`, values[name], least);
  return {
    blobs: number('blobs', 100),
    layerBytes: number('layer-bytes', 1),
    rounds: number('rounds', 1),
    workers: values.workers.split(',').map((text) => wholeNumber('--workers', text, 1)),
    pushes: number('pushes', 0),
    pulls: number('pulls', 0),
    calm: number('calm', 1),
    dir: values.dir,
    write: values.write,
    help: values.help,
  };
}

function wholeNumber(option, text, least) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && text.trim() !== '') return number;
  throw new Error(`${option} takes a whole number of at least ${least}, not "${text}"`);
}
