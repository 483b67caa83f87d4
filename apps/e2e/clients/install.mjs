// Builds the pinned registry clients of clients.json with Go into a cache outside the clone. A client that is there already
// is left alone: the folder's name carries the version. `pins` names a folder with go.mod and go.sum to build from: `go
// install` asks for a module's list of versions as well, and not every proxy gives the one of notation.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const clients = JSON.parse(readFileSync(here('clients.json'), 'utf8'));
const cache = process.env.BREAKWATER_TOOLS || join(homedir(), '.cache', 'breakwater-tools');
const flags = ['-trimpath', '-ldflags=-s -w'];

function install(name, { module, version, pins, program = name }) {
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(join(folder, program))) return 'cached';
  const building = `${folder}.building-${process.pid}`;
  mkdirSync(building, { recursive: true });
  const args = pins
    ? ['build', '-C', here(pins), ...flags, '-o', join(building, program), module]
    : ['install', ...flags, `${module}@${version}`];
  const { status, error } = spawnSync('go', args, {
    stdio: 'inherit',
    env: { ...process.env, GOTOOLCHAIN: 'auto', CGO_ENABLED: '0', GOBIN: building },
  });
  if (status !== 0) {
    rmSync(building, { recursive: true, force: true });
    throw new Error(`go ${args[0]} ${module}@${version} failed${error ? `: ${error.message}` : ''}`);
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
