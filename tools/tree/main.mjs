#!/usr/bin/env node
// `npm run tree`: a storage tree as docker-registry leaves it, for imports and garbage collection. See --help.
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeTree } from './make-tree.mjs';

const HELP = `usage: npm run tree -- --out DIR [options]
Writes a storage tree in the layout of distribution (docker-registry 2.x): images of layers, some of them shared, with tags
and indexes, and blobs that nothing refers to any more. Equal options make equal trees.

  --out DIR             an empty or new folder: the registry's rootdirectory, our STORAGE_ROOT
  --blobs N             blobs in all, manifests and configs included   (default 100000)
  --garbage SHARE       share of them that no manifest needs           (default 0.5)
  --repositories N      (default 100)
  --layer-bytes N       size of a layer, a quarter more or less        (default 1024)
`;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    blobs: { type: 'string', default: '100000' },
    garbage: { type: 'string', default: '0.5' },
    repositories: { type: 'string', default: '100' },
    'layer-bytes': { type: 'string', default: '1024' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !values.out) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
if (existsSync(values.out) && readdirSync(values.out).length > 0) {
  process.stderr.write(`${values.out} is not empty\n`);
  process.exit(1);
}
const started = performance.now();
const made = makeTree({
  root: values.out,
  blobs: Number(values.blobs),
  garbage: Number(values.garbage),
  repositories: Number(values.repositories),
  layerBytes: Number(values['layer-bytes']),
});
const seconds = ((performance.now() - started) / 1_000).toFixed(1);
process.stdout.write(`${JSON.stringify({ ...made, seconds: Number(seconds) })}\n`);
