// Programs that change one thing in a platform that was started here before, whether it runs at the moment or not.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { identity, serviceAccount } from '../services/account.mjs';
import { freePort } from '../services/ports.mjs';
import { chooseDataFolder, lockDataFolder, lockHolder, prepareDataFolder } from './data-folder.mjs';
import { startOwnPostgres } from './databases.mjs';
import { prepareRuntime } from './runtime.mjs';
import { loadSecrets, RUN_STATE } from './secrets.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Runs `dist/apps/<app>/src/<program>.js` with that service's environment and `env` besides. Takes `--data DIR` from the
 * command line; answers the data folder.
 */
export async function runOneShot({ program, app = 'core', env = {} }) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  const account = serviceAccount();
  const { path } = chooseDataFolder({ root: ROOT, given: values.data, account });
  const stateFile = join(path, 'secrets', RUN_STATE);
  if (!existsSync(stateFile)) throw new Error(`nothing was ever started in ${path} (another folder: --data DIR)`);
  const state = JSON.parse(readFileSync(stateFile, 'utf8'));
  const told = state[app];
  if (!told) throw new Error(`${app} was never started in ${path}: start the platform once with this version`);
  const folder = prepareDataFolder(path, account);
  const work = (databaseUrl) =>
    runProgram({
      file: `${app}/src/${program}.js`,
      folder,
      account,
      env: { ...told, ...env, DATABASE_URL: databaseUrl },
    });
  if (!state.ownDatabase || lockHolder(path)) work(told.DATABASE_URL);
  else await withDatabase({ folder, account }, work);
  return folder;
}

/** The platform is down: its database runs for this one change. */
async function withDatabase({ folder, account }, work) {
  const unlock = lockDataFolder(folder.path);
  process.once('exit', unlock);
  const secrets = loadSecrets(folder.secrets);
  const postgres = await startOwnPostgres({ folder, secrets, account, port: await freePort() });
  try {
    work(postgres.url);
  } finally {
    await postgres.stop();
    // Another program may follow, and would take us for a platform that runs.
    unlock();
  }
}

function runProgram({ file, folder, account, env }) {
  const say = (text) => process.stderr.write(`${text}\n`);
  const { home, node } = prepareRuntime({ root: ROOT, folder: folder.runtime, account, say });
  const { status } = spawnSync(node, [join(home, 'dist/apps', file)], {
    ...identity(account),
    cwd: home,
    env,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('nothing was changed, see the messages above');
}

/** Ends the process with what went wrong, if anything did. */
export function runMain(main) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
