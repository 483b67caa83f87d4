// What was built (dist/) and the packages beside it, for tools that are not compiled.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const load = createRequire(join(ROOT, 'package.json'));

/** @returns {any} */
export const fromBuild = (name) => load(name);
