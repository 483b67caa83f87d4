// Where the data goes: the database and the blob folder of a platform started here, or those that were named.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceAccount } from '../services/account.mjs';
import { freePort } from '../services/ports.mjs';
import { chooseDataFolder, lockDataFolder, lockHolder, prepareDataFolder } from '../start/data-folder.mjs';
import { startOwnPostgres } from '../start/databases.mjs';
import { loadSecrets, RUN_STATE } from '../start/secrets.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @typedef {object} Place
 * @property {string} databaseUrl
 * @property {string | undefined} databaseFolder undefined: on another machine, for all that is known
 * @property {string} storage
 * @property {import('../services/account.mjs').Account} [account] who owns what lies in `storage`
 */

/** Calls `work` with the place; a database of ours that does not run is started for so long. */
export async function withPlace({ data, databaseUrl, storage }, work) {
  if (process.env.STORAGE_DRIVER === 's3') throw new Error('blobs are seeded into folders only, not into a bucket');
  if (databaseUrl) return work({ databaseUrl, storage: storage && resolve(storage) });
  const account = serviceAccount();
  const { path } = chooseDataFolder({ root: ROOT, given: data, account });
  const stateFile = join(path, 'secrets', RUN_STATE);
  if (!existsSync(stateFile))
    throw new Error(`nothing was ever started in ${path}: npm start first (another folder: --data DIR)`);
  const state = JSON.parse(readFileSync(stateFile, 'utf8'));
  const folder = prepareDataFolder(path, account);
  const place = { storage: folder.storage, account, databaseFolder: state.ownDatabase ? folder.postgres : undefined };
  if (!state.ownDatabase || lockHolder(path)) return work({ ...place, databaseUrl: state.databaseUrl });
  return withStartedDatabase({ folder, account }, (url) => work({ ...place, databaseUrl: url }));
}

async function withStartedDatabase({ folder, account }, work) {
  const unlock = lockDataFolder(folder.path);
  process.once('exit', unlock);
  const secrets = loadSecrets(folder.secrets);
  const postgres = await startOwnPostgres({ folder, secrets, account, port: await freePort() });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
    unlock();
  }
}
