#!/usr/bin/env node
// Every operation of the tags below has a test through the front door: an `itCovers([…ids], …)` in apps/e2e/src. That the
// test really calls what it names is for `itCovers` to see.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SPECS = 'apps/e2e/src';
const DOCUMENT = 'docs/api/core.openapi.json';
const TAGS = [
  ...['jobservice', 'schedule', 'gc', 'purge', 'Retention', 'immutable', 'webhook', 'webhookjob'],
  ...['project', 'projectMetadata', 'quota', 'auditlog', 'statistic'],
  ...['configure', 'systeminfo', 'SystemCVEAllowlist', 'ping', 'health'],
];
/** For the platform's own services: from outside they are only refused, which their tests see. */
const INTERNAL = ['getInternalconfig'];

const operations = Object.values(JSON.parse(readFileSync(DOCUMENT, 'utf8')).paths).flatMap(Object.values);
const specs = readdirSync(SPECS).filter((name) => name.endsWith('.spec.ts'));
const covered = new Set(specs.flatMap((name) => coveredIn(readFileSync(join(SPECS, name), 'utf8'))));

function coveredIn(text) {
  const lists = [...text.matchAll(/\bitCovers\(\s*\[([^\]]*)\]/g)].map(([, list]) => list);
  return lists.flatMap((list) => [...list.matchAll(/'(\w+)'/g)].map(([, id]) => id));
}

const known = new Set(operations.map(({ operationId }) => operationId));
const problems = [
  ...TAGS.filter((tag) => !operations.some(({ tags }) => tags.includes(tag))).map(
    (tag) => `no operation has the tag ${tag}`,
  ),
  ...operations
    .filter(({ operationId, tags }) => tags.some((tag) => TAGS.includes(tag)) && !covered.has(operationId))
    .filter(({ operationId }) => !INTERNAL.includes(operationId))
    .map(({ operationId, tags }) => `${operationId} (${tags.join(', ')}) has no test in ${SPECS}`),
  ...[...covered].filter((id) => !known.has(id)).map((id) => `${SPECS} covers ${id}, which ${DOCUMENT} does not have`),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
