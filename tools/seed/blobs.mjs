// The blobs of the seeded images, written where the registry's filesystem driver looks for them.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The layout of distribution (libs/storage/src/layout.ts). */
const BLOBS = 'docker/registry/v2/blobs';

export class BlobWriter {
  #root;
  #account;
  #folders = new Set();

  /** @param {{ storage: string, account?: import('../services/account.mjs').Account }} place */
  constructor({ storage, account }) {
    this.#root = storage;
    this.#account = account;
  }

  write({ digest, bytes }) {
    const [algorithm, hex] = digest.split(':');
    const file = join(this.#root, BLOBS, algorithm, hex.slice(0, 2), hex, 'data');
    this.#makeFolder(dirname(file));
    writeFileSync(`${file}.part`, bytes, { mode: 0o640 });
    this.#own(`${file}.part`);
    renameSync(`${file}.part`, file);
  }

  /** Everything written so far is on stable storage afterwards: rows come last. */
  sync() {
    spawnSync('sync', ['-f', this.#root]);
  }

  #makeFolder(folder) {
    if (folder === this.#root || this.#folders.has(folder) || existsSync(folder)) return;
    this.#makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o750 });
    this.#own(folder);
    this.#folders.add(folder);
  }

  #own(path) {
    if (this.#account) chownSync(path, this.#account.uid, this.#account.gid);
  }
}
