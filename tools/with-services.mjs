#!/usr/bin/env node
// `node tools/with-services.mjs <command…>`: runs a command with a throw-away Postgres and Redis beside it, found in
// TEST_DATABASE_URL (superuser, database "postgres") and TEST_REDIS_URL. Servers already given there are used as they are.
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceAccount } from './services/account.mjs';
import { freePorts } from './services/ports.mjs';
import { startPostgres } from './services/postgres.mjs';
import { startRedis } from './services/redis.mjs';

let runningCommand;

/**
 * Starts what is missing, calls `work` with the environment to run in, stops everything whatever happens.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withServices(work) {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  const stopListening = onSignals((signal) => (runningCommand ? runningCommand.kill(signal) : process.exit(130)));
  const servers = TEST_DATABASE_URL && TEST_REDIS_URL ? { env: {}, stop: async () => {} } : await startMissing();
  try {
    return await work({ ...process.env, ...servers.env });
  } finally {
    await servers.stop();
    stopListening();
  }
}

async function startMissing() {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  const account = serviceAccount();
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  if (account) chownSync(folder, account.uid, account.gid);
  const [postgresPort, redisPort] = await freePorts(2);
  const starts = await Promise.allSettled([
    TEST_DATABASE_URL ? undefined : throwAwayPostgres(folder, postgresPort, account),
    TEST_REDIS_URL
      ? undefined
      : startRedis({ dataDir: join(folder, 'redis'), port: redisPort, appendOnly: false, account }),
  ]);
  const stop = async () => {
    await Promise.all(starts.map(({ value }) => value?.stop(5_000)));
    process.off('exit', removeFolder);
    removeFolder();
  };
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [postgres, redis] = starts.map(({ value }) => value);
  const env = {
    TEST_DATABASE_URL: TEST_DATABASE_URL ?? postgres.url('postgres'),
    TEST_REDIS_URL: TEST_REDIS_URL ?? redis.url,
  };
  return { env, stop };
}

function throwAwayPostgres(folder, port, account) {
  return startPostgres({
    dataDir: join(folder, 'postgres'),
    stageDir: join(folder, 'programs'),
    port,
    user: 'postgres',
    password: 'postgres',
    account,
    durable: false,
    maxConnections: 400,
  });
}

/** Runs a command to its end inside withServices(); Ctrl-C and SIGTERM go on to it. Resolves with the exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    runningCommand = spawn(command, args, { stdio: 'inherit', ...options });
    runningCommand.once('error', reject);
    runningCommand.once('close', (code, signal) => {
      runningCommand = undefined;
      resolve(signal ? 1 : code);
    });
  });
}

function onSignals(handler) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handler);
  return () => signals.forEach((signal) => process.off(signal, handler));
}

async function main() {
  const [command, ...args] = process.argv.slice(2);
  if (!command) {
    process.stderr.write('usage: node tools/with-services.mjs <command> [arguments]\n');
    return 2;
  }
  return withServices((env) => run(command, args, { env }));
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error.message}\n${(error.lines ?? []).join('\n')}\n`);
      process.exitCode = 1;
    },
  );
}
