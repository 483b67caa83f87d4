import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The Harbor release whose API this is; clients compare versions with it. */
const harborRelease = 'v2.16.0';

/** `v2.16.0-breakwater.0.1.0`, from the package.json above this file, compiled or not. */
export const harborVersion = `${harborRelease}-breakwater.${packageVersion(__dirname)}`;

function packageVersion(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
  if (dirname(folder) === folder) throw new Error('no package.json above this file');
  return packageVersion(dirname(folder));
}
