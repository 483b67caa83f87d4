#!/usr/bin/env node
// Migrations and entities must describe the same schema. The migrator's own check runs every migration on an empty
// database and then asks TypeORM what it would still change. Needs `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import pg from 'pg';
import { withServices } from '../with-services.mjs';

const check = 'dist/apps/migrator/src/check.js';

if (!existsSync(check)) {
  console.error(`${check} is missing: run npm run build first`);
  process.exitCode = 1;
} else {
  process.exitCode = await withServices(({ TEST_DATABASE_URL }) => onEmptyDatabase(TEST_DATABASE_URL, runCheck));
}

function runCheck(databaseUrl) {
  const { status } = spawnSync(process.execPath, [check], {
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  return status ?? 1;
}

async function onEmptyDatabase(serverUrl, work) {
  const name = `migration_check_${process.pid}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return work(url.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}
