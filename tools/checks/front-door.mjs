#!/usr/bin/env node
// Every operation has a test through the front door: an `itCovers([…ids], …)` in apps/e2e/src. That the test really calls
// what it names is for `itCovers` to see.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SPECS = 'apps/e2e/src';
const DOCUMENT = 'docs/api/core.openapi.json';
/** Operations that never succeed from outside; their tests see the refusal. */
const NEVER_SUCCEED = new Map([
  ['getInternalconfig', "for the platform's own services"],
  ['setCliSecret', 'every auth mode that there is refuses it'],
]);

const operations = Object.values(JSON.parse(readFileSync(DOCUMENT, 'utf8')).paths).flatMap(Object.values);
const specs = readdirSync(SPECS).filter((name) => name.endsWith('.spec.ts'));
const covered = new Set(specs.flatMap((name) => coveredIn(readFileSync(join(SPECS, name), 'utf8'))));

function coveredIn(text) {
  const lists = [...text.matchAll(/\bitCovers\(\s*\[([^\]]*)\]/g)].map(([, list]) => list);
  return lists.flatMap((list) => [...list.matchAll(/'(\w+)'/g)].map(([, id]) => id));
}

const known = new Set(operations.map(({ operationId }) => operationId));
const problems = [
  ...operations
    .filter(({ operationId }) => !covered.has(operationId) && !NEVER_SUCCEED.has(operationId))
    .map(({ operationId, tags }) => `${operationId} (${tags.join(', ')}) has no test in ${SPECS}`),
  ...[...covered, ...NEVER_SUCCEED.keys()]
    .filter((id) => !known.has(id))
    .map((id) => `${id} is named by a test or here, and ${DOCUMENT} does not have it`),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
