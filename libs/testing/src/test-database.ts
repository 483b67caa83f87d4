import { advisoryLocks } from '@breakwater/platform';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const root = join(__dirname, '../../..');
export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
}

/**
 * A migrated, empty database of its own for a test file, cloned from a template in some 50 ms. Needs the server that
 * `node tools/with-services.mjs` starts. Close connections to it before `drop`.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    throw new Error(
      'TEST_DATABASE_URL is not set: run this through `npm test` or `node tools/with-services.mjs npx jest …`',
    );
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLocks.testTemplate]);
    const template = await ensureTemplate(client, server);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: urlOf(server, name),
    drop: () =>
      withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)).then(
        () => undefined,
      ),
  };
}

/** The address of the test Redis, with a prefix that no other test uses. */
export function testRedis(): { REDIS_URL: string; REDIS_PREFIX: string } {
  const url = process.env.TEST_REDIS_URL;
  if (!url)
    throw new Error(
      'TEST_REDIS_URL is not set: run this through `npm test` or `node tools/with-services.mjs npx jest …`',
    );
  return { REDIS_URL: url, REDIS_PREFIX: `{test-${randomBytes(6).toString('hex')}}` };
}

const template = 'test_template';

async function ensureTemplate(client: Client, server: string): Promise<string> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [template]);
  if (rowCount) return template;
  await client.query(`DROP DATABASE IF EXISTS ${template}`);
  await client.query(`CREATE DATABASE ${template}`);
  await promisify(execFile)(process.execPath, ['-r', '@swc-node/register', 'apps/migrator/src/main.ts'], {
    cwd: root,
    env: { ...process.env, SWC_NODE_PROJECT: 'tsconfig.base.json', DATABASE_URL: urlOf(server, template) },
  });
  await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
  return template;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
