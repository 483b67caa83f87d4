import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import prettier from 'prettier';

/** Formats generated text as `npm run format` would, so that the two never disagree. */
export async function formatted(path, text) {
  return prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path });
}

/**
 * Generated files are checked in. With `--write` on the command line the file is written, without it the file must
 * already be what would be written.
 */
export function writeOrCompare({ path, text, refresh }) {
  if (process.argv.includes('--write')) {
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
    return;
  }
  const current = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (current === text) return;
  console.error(`${path} is ${current === undefined ? 'missing' : 'out of date'}. Refresh it with: ${refresh}`);
  process.exitCode = 1;
}
