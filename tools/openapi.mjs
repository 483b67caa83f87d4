#!/usr/bin/env node
// Writes docs/api/core.openapi.json, the management API as the code describes it. With `--check` the file must already
// be what would be written. Needs no database.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatted, writeOrCompare } from './checks/generated-file.mjs';

const path = 'docs/api/core.openapi.json';

const document = execFileSync(process.execPath, ['-r', '@swc-node/register', 'apps/core/src/openapi/print.ts'], {
  env: { ...process.env, SWC_NODE_PROJECT: 'tsconfig.base.json' },
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});

if (!process.argv.includes('--check')) process.argv.push('--write');
mkdirSync(dirname(path), { recursive: true });
writeOrCompare({ path, text: await formatted(path, document), refresh: 'npm run openapi' });
