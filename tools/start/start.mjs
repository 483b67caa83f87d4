#!/usr/bin/env node
// `npm start`. This first stage uses nothing but Node itself: the packages may not be there yet.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceAccount } from '../services/account.mjs';
import { HELP, parseCommandLine } from './arguments.mjs';
import { readVariable } from './environment.mjs';
import { createOutput, isWiring, readable } from './output.mjs';
import { ensurePackages } from './packages.mjs';
import { ensurePrograms } from './programs.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OLDEST_NODE = [20, 19];

async function main() {
  const options = parseCommandLine(process.argv.slice(2), {
    DATABASE_URL: readVariable('DATABASE_URL'),
    REDIS_URL: readVariable('REDIS_URL'),
  });
  if (options.help) return void process.stdout.write(HELP);
  assertNode();
  const output = createOutput({ verbose: options.verbose });
  const account = serviceAccount({ create: true });
  await ensurePrograms(options.redisUrl ? ['nginx'] : ['redis-server', 'nginx'], {
    log: output.say,
    install: options.install,
  });
  await ensurePackages(ROOT, { log: output.say, install: options.install });
  const { startPlatform } = await import('./platform.mjs');
  await startPlatform({ root: ROOT, options, account, output });
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(`Node.js ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}`);
}

const HINTS = {
  postgres: 'Look at the free disk space and memory of this machine. Your own server instead: --database-url.',
  redis: 'Look at the free disk space and memory of this machine. Your own server instead: --redis-url.',
  migrator:
    'The schema was left as it was. With a server of your own: is it PostgreSQL 15 to 18, and may the user create tables?',
  nginx: 'With --tls-cert and --tls-key: are both files PEM, and do they belong together?',
};

main().catch((error) => {
  process.stderr.write(`\nBreakwater could not start: ${error.message}\n`);
  if (error.lines?.length)
    process.stderr.write(
      `\nIts last lines:\n${error.lines
        .filter((line) => !isWiring(line))
        .slice(-20)
        .map(readable)
        .map((line) => `  ${line}\n`)
        .join('')}`,
    );
  if (error.service)
    process.stderr.write(`\n${HINTS[error.service] ?? 'Nothing was lost: correct the cause and start again.'}\n`);
  process.exit(1);
});
