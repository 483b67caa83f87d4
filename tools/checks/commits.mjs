#!/usr/bin/env node
// Conventional commit messages since the branch left its origin; where there is no origin, the last commit only.
import { spawnSync } from 'node:child_process';

const git = (...args) => spawnSync('git', args, { encoding: 'utf8' });
const [origin] = ['origin/HEAD', 'origin/main'].filter((ref) => git('rev-parse', '--verify', '-q', ref).status === 0);

if (git('rev-parse', '--verify', '-q', 'HEAD').status !== 0) {
  console.log('no commit yet');
} else {
  const ahead = origin ? git('rev-list', '--count', '--no-merges', `${origin}..HEAD`).stdout.trim() : undefined;
  process.exitCode = ahead === '0' ? 0 : lint(ahead === undefined ? ['--last'] : ['--from', origin, '--to', 'HEAD']);
}

function lint(range) {
  const { status } = spawnSync(process.execPath, ['node_modules/@commitlint/cli/cli.js', ...range], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
