import * as signer from '@breakwater/signer';
import { migrationsTableName } from '@breakwater/platform';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { getMetadataArgsStorage } from 'typeorm';

export interface RoleSettings {
  /** Of who changes the schema: owns the signer's tables. */
  DATABASE_URL: string;
  SERVICES_DATABASE_URL?: string;
  SIGNER_DATABASE_URL?: string;
}

interface Login {
  url: string;
  name: string;
  password: string;
}

/** Tables that nobody but notary-signer may read. */
const signerTables = getMetadataArgsStorage()
  .tables.filter(({ target }) => (Object.values(signer) as unknown[]).includes(target))
  .map(({ name }) => String(name));

/**
 * Makes the two roles when they cannot log in yet, and gives each what it needs: the signer its own tables, the other
 * services all the others, of which they become owners (they add and drop partitions). Leaves everything as it is when no
 * roles were named. Call when the migrations have run.
 */
export async function applyDatabaseRoles(settings: RoleSettings): Promise<void> {
  const { DATABASE_URL, SERVICES_DATABASE_URL, SIGNER_DATABASE_URL } = settings;
  if (SERVICES_DATABASE_URL === undefined || SIGNER_DATABASE_URL === undefined) return;
  const [services, signing] = [loginOf(SERVICES_DATABASE_URL), loginOf(SIGNER_DATABASE_URL)];
  if (new Set([services.name, signing.name, loginOf(DATABASE_URL).name]).size < 3)
    throw new Error('DATABASE_URL, SERVICES_DATABASE_URL and SIGNER_DATABASE_URL have to name three roles');
  const client = new Client({ connectionString: DATABASE_URL, application_name: 'breakwater-migrator' });
  await client.connect();
  try {
    for (const login of [services, signing]) await ensureLogin(client, login);
    await giveServices(client, services.name);
    await giveSigner(client, { signing: signing.name, services: services.name });
  } finally {
    await client.end();
  }
}

function loginOf(url: string): Login {
  const { username, password } = new URL(url);
  return { url, name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Who manages the roles elsewhere has them before, and nothing is changed. */
async function ensureLogin(client: Client, { url, name, password }: Login): Promise<void> {
  if (await canLogIn(url)) return;
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(password)}`);
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function giveServices(client: Client, role: string): Promise<void> {
  const name = escapeIdentifier(role);
  await client.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${name}`);
  await joinUnlessSuperuser(client, role);
  // Each by itself, so that no lock is held while the next one is waited for.
  for (const table of await ownedByOthers(client, role)) await client.query(`ALTER TABLE ${table} OWNER TO ${name}`);
}

/** Only a member may make a role the owner of something. */
async function joinUnlessSuperuser(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ member: boolean }>(`SELECT pg_has_role($1, 'USAGE') AS member`, [role]);
  if (!rows[0]?.member) await client.query(`GRANT ${escapeIdentifier(role)} TO CURRENT_USER`);
}

/** Quoted. Sequences that belong to a column follow their table. */
async function ownedByOthers(client: Client, role: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
       AND pg_get_userbyid(c.relowner) <> $1 AND NOT (c.relname = ANY ($2))
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
         AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
     ORDER BY c.oid`,
    [role, signerTables],
  );
  return rows.map(({ name }) => name);
}

async function giveSigner(client: Client, { signing, services }: { signing: string; services: string }): Promise<void> {
  const tables = signerTables.map(escapeIdentifier).join(', ');
  await client.query(`REVOKE ALL ON ${tables} FROM PUBLIC, ${escapeIdentifier(services)}`);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${escapeIdentifier(signing)}`);
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO ${escapeIdentifier(signing)}`);
  await client.query(`GRANT SELECT ON ${escapeIdentifier(migrationsTableName)} TO ${escapeIdentifier(signing)}`);
}
