#!/usr/bin/env node
// Compiles every app and library with swc into dist/ (types are checked by `npm run types`).
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/@swc/cli/bin/swc.js',
    'apps',
    'libs',
    '-d',
    'dist',
    '--ignore',
    '**/*.spec.ts',
    '--ignore',
    '**/*.suite.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
