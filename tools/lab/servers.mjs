import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { serviceAccount } from '../services/account.mjs';
import { freePorts } from '../services/ports.mjs';
import { startPostgres } from '../services/postgres.mjs';
import { startRedis } from '../services/redis.mjs';
import { Service } from './service.mjs';

const DATABASE = 'breakwater';

/**
 * Starts a Postgres and a Redis of a lab's own, with their data below `folder`, and makes the database.
 * @param {{ folder: string, redis?: { appendOnly?: boolean } }} options `redis`: as startRedis takes it
 * @returns {Promise<{ postgres: Service, redis: Service, databaseUrl: string, redisUrl: string }>}
 */
export async function startServers({ folder, redis: redisOptions = {} }) {
  const account = serviceAccount();
  const data = join(folder, 'servers');
  mkdirSync(data);
  if (account) chownSync(data, account.uid, account.gid);
  const [postgresPort, redisPort] = await freePorts(2);
  const access = { user: 'postgres', password: 'postgres', account, port: postgresPort };
  const stageDir = join(data, 'programs');
  const postgres = new Service(() => startPostgres({ dataDir: join(data, 'postgres'), stageDir, ...access }));
  const redis = new Service(() =>
    startRedis({ dataDir: join(data, 'redis'), port: redisPort, account, ...redisOptions }),
  );
  const server = `postgres://postgres:postgres@127.0.0.1:${postgresPort}`;
  try {
    await Promise.all([postgres.start(), redis.start()]);
    await createDatabase(`${server}/postgres`);
  } catch (error) {
    await Promise.all([postgres.stop(), redis.stop()]);
    throw error;
  }
  return { postgres, redis, databaseUrl: `${server}/${DATABASE}`, redisUrl: `redis://127.0.0.1:${redisPort}/0` };
}

async function createDatabase(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
