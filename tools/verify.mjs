#!/usr/bin/env node
// `npm run verify`: everything that must hold before a change lands. Each check counts as one, the tests follow, and
// the last line adds it all up: `N passed, N failed`. With `-- --no-tests` only the checks run.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './start/packages.mjs';
import { withServices } from './with-services.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** A check says what is wrong at its beginning; the rest is a repetition of it. */
const LINES_SHOWN = 80;
const bin = (name) => [`node_modules/.bin/${name}`];

/** Name, command. They run in this order and none stops the next. */
const checks = [
  ['format', bin('prettier'), '--check', '--log-level=warn', '.'],
  ['file names', bin('ls-lint')],
  ['aliases', ['node', 'tools/checks/aliases.mjs']],
  ['lint', ['node', 'tools/lint.mjs']],
  ['types', bin('tsc'), '-p', 'tsconfig.json', '--noEmit'],
  ['unused code', bin('knip'), '--no-progress'],
  ['dependencies', bin('depcruise'), 'apps', 'libs'],
  ['lock file', ['node', 'tools/checks/lock-file.mjs']],
  ['licences', ['node', 'tools/checks/licences.mjs']],
  ['commit messages', ['node', 'tools/checks/commits.mjs']],
  ['build', ['node', 'tools/build.mjs']],
  ['configuration reference', ['node', 'tools/checks/configuration.mjs']],
  ['settings reference', ['node', 'tools/checks/settings.mjs']],
  ['metrics reference', ['node', 'tools/checks/metrics.mjs']],
  ['OpenAPI document', ['node', 'tools/openapi.mjs', '--check']],
  ['operations tested', ['node', 'tools/checks/front-door.mjs']],
  ['migrations', ['node', 'tools/checks/migrations.mjs']],
];

async function main() {
  await ensurePackages(ROOT);
  return withServices(async (services) => {
    const env = { ...services, NX_DAEMON: 'false', NO_COLOR: '1' };
    const total = { passed: 0, failed: 0 };
    for (const [name, command, ...args] of checks) {
      const passed = await check(name, [...command, ...args], env);
      total[passed ? 'passed' : 'failed'] += 1;
    }
    return process.argv.includes('--no-tests') ? total : plus(total, await tests(env));
  });
}

async function check(name, command, env) {
  const started = performance.now();
  const { code, output } = await run(command, env);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds.padStart(6)} s\n`);
  if (code !== 0) process.stdout.write(excerpt(output));
  return code === 0;
}

function excerpt(output) {
  const lines = output.trim().split('\n');
  const rest = lines.length - LINES_SHOWN;
  const shown = lines.slice(0, LINES_SHOWN).concat(rest > 0 ? [`… and ${rest} lines more`] : []);
  return shown.map((line) => `       ${line}\n`).join('');
}

async function tests(env) {
  process.stdout.write('\ntests\n');
  const { code, output } = await run(['node', 'tools/test.mjs'], env, { show: true });
  const [, passed, failed] = /^(\d+) passed, (\d+) failed.*\s*$/m.exec(output.trim().split('\n').at(-1)) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1 };
  // A run that says "0 failed" and still exits badly has failed.
  return { passed: Number(passed), failed: Math.max(Number(failed), code === 0 ? 0 : 1) };
}

function plus(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** Runs a command to its end and keeps what it says; `show` also lets it through. */
function run([command, ...args], env, { show = false } = {}) {
  return new Promise((resolve) => {
    const program = command === 'node' ? process.execPath : command;
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const forward = (signal) => child.kill(signal);
    const output = [];
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        output.push(chunk);
        if (show) process[stream].write(chunk);
      });
    }
    process.once('SIGINT', forward).once('SIGTERM', forward);
    child.once('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve({ code: code ?? 1, output: Buffer.concat(output).toString('utf8') });
    });
  });
}

main()
  .catch((error) => {
    process.stderr.write(`${error.message}\n`);
    return { passed: 0, failed: 1 };
  })
  .then(({ passed, failed }) => {
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
    process.exitCode = failed === 0 ? 0 : 1;
  });
