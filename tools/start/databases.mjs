// PostgreSQL and Redis: ours, unless addresses of others were given.
import pg from 'pg';
import { startPostgres } from '../services/postgres.mjs';
import { freePorts } from '../services/ports.mjs';
import { startRedis } from '../services/redis.mjs';
import { ownRoles } from './database-roles.mjs';
import { readVariable } from './environment.mjs';

const DATABASE = 'breakwater';

/**
 * Starts what was not given, under the supervisor. Resolves with the addresses: `databaseUrl` is for the migrator,
 * `servicesDatabaseUrl` and `signerDatabaseUrl`, when there are such roles, for the services.
 */
export async function startDatabases({ options, account, output, folder, supervisor, secrets }) {
  const [postgresPort, redisPort] = await freePorts(2);
  const starts = [];
  if (!options.databaseUrl) {
    output.say('starting PostgreSQL …');
    starts.push(
      supervisor.add('postgres', () =>
        startOwnPostgres({ folder, secrets, account, port: postgresPort, onLine: output.service('postgres') }),
      ),
    );
  }
  if (!options.redisUrl) {
    output.say('starting Redis …');
    const redis = {
      dataDir: folder.redis,
      port: redisPort,
      password: secrets.redisPassword,
      account,
      onLine: output.service('redis'),
    };
    starts.push(supervisor.add('redis', () => startRedis(redis)));
  }
  const results = await Promise.allSettled(starts);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return {
    ...(options.databaseUrl ? givenRoles(options.databaseUrl) : ownRoles(supervisor.get('postgres').url, secrets)),
    redisUrl: options.redisUrl ?? supervisor.get('redis').url,
  };
}

const givenRoles = (databaseUrl) => ({
  databaseUrl,
  servicesDatabaseUrl: readVariable('SERVICES_DATABASE_URL'),
  signerDatabaseUrl: readVariable('SIGNER_DATABASE_URL'),
});

/** Our cluster with our database in it. */
export async function startOwnPostgres({ folder, secrets, account, port, onLine }) {
  const access = { user: 'breakwater', password: secrets.databasePassword };
  const handle = await startPostgres({
    dataDir: folder.postgres,
    stageDir: folder.runtime,
    port,
    socket: true,
    ...access,
    account,
    onLine,
  });
  const client = new pg.Client({ connectionString: handle.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  return { ...handle, url: handle.url(DATABASE) };
}
