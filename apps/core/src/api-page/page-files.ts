import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageFile {
  type: string;
  content: Buffer;
  /** Undefined: not worth it. */
  gzipped: Buffer | undefined;
  etag: string;
}

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
};
const library = dirname(require.resolve('swagger-ui-dist/package.json'));
const own = ownFolder();

/** All that may be asked for, by name. */
const folders = new Map([
  ...['index.html', 'api-page.css', 'api-page.js', 'messages.js'].map((name) => [name, own] as const),
  ...['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map((name) => [name, library] as const),
]);
const loaded = new Map<string, PageFile>();

/** A file of the API page, read when it is first asked for and kept; undefined: there is none of that name. */
export function pageFile(name: string): PageFile | undefined {
  const folder = folders.get(name);
  if (folder === undefined) return undefined;
  const file = loaded.get(name) ?? load(join(folder, name));
  loaded.set(name, file);
  return file;
}

function load(path: string): PageFile {
  const content = readFileSync(path);
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  return {
    type: types[extension] ?? 'application/octet-stream',
    content,
    gzipped: extension === 'png' ? undefined : gzipSync(content),
    // Weak: what is sent may be gzipped.
    etag: `W/"${hash}"`,
  };
}

/** Sources and dist/ lie at different depths below the folder that holds deploy/. */
function ownFolder(): string {
  const candidates = ['../../../..', '../../../../..'].map((up) => resolve(__dirname, up, 'deploy/api-page'));
  const found = candidates.find((folder) => existsSync(folder));
  if (!found) throw new Error(`the API page is in none of ${candidates.join(', ')}`);
  return found;
}
