// Files of a storage tree, where docker-registry 2.x writes them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = 'docker/registry/v2';

export class TreeWriter {
  /** Blobs written, and their bytes. */
  blobs = 0;
  bytes = 0;
  #root;
  #known = new Set();

  constructor(root) {
    this.#root = join(root, ROOT);
    for (const folder of ['blobs', 'repositories']) mkdirSync(join(this.#root, folder), { recursive: true });
  }

  /** @param {Buffer} bytes */
  blob(bytes) {
    const hex = createHash('sha256').update(bytes).digest('hex');
    if (!this.#known.has(hex)) {
      this.#known.add(hex);
      this.#write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, bytes);
      this.blobs++;
      this.bytes += bytes.length;
    }
    return { digest: `sha256:${hex}`, size: bytes.length };
  }

  /** A file that says that the blob belongs there. */
  link(folder, digest) {
    const path = `repositories/${folder}/${digest.replace(':', '/')}/link`;
    if (!existsSync(join(this.#root, path))) this.#write(path, digest);
  }

  /** False: the tag was there, and has been moved. */
  tag(repository, tag, digest) {
    const folder = `${repository}/_manifests/tags/${tag}`;
    const current = `repositories/${folder}/current/link`;
    const isNew = !existsSync(join(this.#root, current));
    this.link(`${folder}/index`, digest);
    this.#write(current, digest);
    return isNew;
  }

  #write(path, content) {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
