#!/usr/bin/env node
// `npm test [-- <jest arguments or path patterns>]`: one Postgres and Redis for everything, then the unit and
// integration tests, then the end-to-end tests. The last line is always `N passed, N failed[, N skipped]`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './start/packages.mjs';
import { ensurePrograms } from './start/programs.mjs';
import { run, withServices } from './with-services.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/**
 * Two at a time, for many wait for servers and clocks, in processes that begin anew when they have grown: what a test
 * file leaves in memory stays there. End-to-end tests share one platform and one container engine, so they run one after
 * another.
 */
const PHASES = [
  ['--maxWorkers=2', '--workerIdleMemoryLimit=1GB', '--selectProjects', 'unit', 'integration'],
  ['--runInBand', '--selectProjects', 'e2e'],
];

async function main() {
  const args = process.argv.slice(2);
  await ensurePackages(ROOT);
  await ensurePrograms(['redis-server', 'nginx']);
  const results = await withServices(async (env) => {
    if ((await run(process.execPath, ['tools/build.mjs'], { cwd: ROOT })) !== 0) return [failure('build')];
    const phases = args.includes('--selectProjects') ? [[]] : PHASES;
    const done = [];
    for (const phase of phases) done.push(await jest([...args, ...phase], { ...env, BREAKWATER_COMPILED: '1' }));
    return done;
  });
  return add(results);
}

/** Positional patterns must stand before --selectProjects, which takes every word that follows it. */
async function jest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-jest-'));
  const outputFile = join(folder, 'results.json');
  const flags = ['--passWithNoTests', '--json', `--outputFile=${outputFile}`];
  try {
    const code = await run(process.execPath, ['node_modules/jest/bin/jest.js', ...flags, ...args], { cwd: ROOT, env });
    const counts = count(JSON.parse(readFileSync(outputFile, 'utf8')));
    // A failing global set-up or coverage threshold fails the run without a failing test.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return failure('jest gave no results');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failure(what) {
  process.stderr.write(`${what}: failed\n`);
  return { passed: 0, failed: 1, skipped: [] };
}

function count(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded holds no test, yet it failed.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: tests
      .filter(({ status }) => ['pending', 'todo', 'disabled', 'skipped'].includes(status))
      .map((test) => test.fullName),
  };
}

function add(results) {
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0);
  const skipped = results.flatMap((result) => result.skipped);
  return { passed: sum((r) => r.passed), failed: sum((r) => r.failed), skipped };
}

function report({ passed, failed, skipped }) {
  if (skipped.length > 0) process.stdout.write(`\nSkipped:\n${skipped.map((name) => `  ${name}\n`).join('')}`);
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  process.stdout.write(`\n${passed} passed, ${failed} failed${tail}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().then(report, (error) => {
  process.stderr.write(`${error.message}\n${(error.lines ?? []).join('\n')}\n`);
  report({ passed: 0, failed: 1, skipped: [] });
});
