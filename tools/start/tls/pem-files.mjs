// PEM files: what they hold, and written so that neither a reader nor a crash meets half of one.
import { closeSync, fchownSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The text of a file; undefined when there is none. */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * What lies in a PEM text, whatever else stands between (`EC PARAMETERS`, text for people).
 * @returns {{ certificates: string[], key?: string }}
 */
export function partsOf(text) {
  const blocks = text.match(/^-----BEGIN ([A-Z0-9 ]+)-----\s*$[^-]*^-----END \1-----\s*$/gm) ?? [];
  const ending = (label) => blocks.filter((block) => block.slice(0, block.indexOf('-----', 10)).endsWith(label));
  const lines = (block) => `${block.trimEnd()}\n`;
  const [key] = ending('PRIVATE KEY');
  return { certificates: ending('BEGIN CERTIFICATE').map(lines), key: key && lines(key) };
}

/**
 * Whoever opens the file finds the old text or the new one, also after a crash at any moment.
 * @param {string} path
 * @param {string} text
 * @param {{ mode: number, account?: import('../../services/account.mjs').Account }} options account: the file's owner
 */
export function writeAtOnce(path, text, { mode, account }) {
  const part = `${path}.part`;
  rmSync(part, { force: true });
  const file = openSync(part, 'wx', mode);
  try {
    if (account) fchownSync(file, account.uid, account.gid);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
