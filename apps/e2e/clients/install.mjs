// Builds the pinned registry clients of clients.json with `go install` into a cache outside the clone.
// A client that is there already is left alone: the folder's name carries the version.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const clients = JSON.parse(readFileSync(new URL('./clients.json', import.meta.url), 'utf8'));
const cache = process.env.BREAKWATER_TOOLS || join(homedir(), '.cache', 'breakwater-tools');

function install(name, { module, version }) {
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(join(folder, name))) return 'cached';
  const building = `${folder}.building-${process.pid}`;
  mkdirSync(building, { recursive: true });
  const flags = ['-trimpath', '-ldflags=-s -w'];
  const { status, error } = spawnSync('go', ['install', ...flags, `${module}@${version}`], {
    stdio: 'inherit',
    env: { ...process.env, GOTOOLCHAIN: 'auto', CGO_ENABLED: '0', GOBIN: building },
  });
  if (status !== 0) {
    rmSync(building, { recursive: true, force: true });
    throw new Error(`go install ${module}@${version} failed${error ? `: ${error.message}` : ''}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(building, folder);
  return 'built';
}

for (const [name, pin] of Object.entries(clients)) {
  const started = Date.now();
  const how = install(name, pin);
  console.log(`${name} ${pin.version}: ${how} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
