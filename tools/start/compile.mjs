// Compiles when a source file is newer than what was compiled last.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['apps', 'libs', '.swcrc', 'tools/build.mjs', 'package-lock.json'];
/** Present in every build; as old as the build. */
const BUILT = 'dist/apps/core/src/main.js';

export function isCompiled(root) {
  const built = join(root, BUILT);
  if (!existsSync(built)) return false;
  const compiled = statSync(built).mtimeMs;
  return SOURCES.every((source) => newest(join(root, source)) <= compiled);
}

/** Folders count too: their time tells that a file was removed. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const children = readdirSync(path, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() || /\.(ts|json)$/.test(entry.name),
  );
  return Math.max(stat.mtimeMs, ...children.map((entry) => newest(join(path, entry.name))));
}

/** Throws with the compiler's words when the sources do not compile. */
export function compile(root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/build.mjs'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the sources do not compile:\n${stdout}${stderr}`);
}
