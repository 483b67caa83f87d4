// What clients were told, kept outside the platform: one line of JSON per answer that acknowledged something.
import { openSync, readFileSync, writeSync } from 'node:fs';

export class Journal {
  #file;
  #descriptor;

  constructor(file) {
    this.#file = file;
    this.#descriptor = openSync(file, 'a');
  }

  /** @param {{ repository: string, digest: string, size: number }} blob */
  blob(blob) {
    this.#write({ kind: 'blob', ...blob });
  }

  /** @param {{ repository: string, digest: string, size: number, tag?: string, blobs: { digest: string, size: number }[] }} manifest */
  manifest(manifest) {
    this.#write({ kind: 'manifest', ...manifest });
  }

  /** A push under a tag whose answer never came: it may have been carried out, even later. */
  unanswered(push) {
    this.#write({ kind: 'unanswered', ...push });
  }

  entries() {
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  #write(entry) {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }
}

/**
 * What must be there, from a journal in its order. Pure.
 * @returns {{ blobs: Map<string, object>, manifests: Map<string, object>, tags: Map<string, { repository: string, tag: string, digest: string, possible: Set<string> }> }}
 *   by repository and name. `possible`: other digests that a tag may have, from pushes without an answer.
 */
export function acknowledged(entries) {
  const [blobs, manifests, tags] = [new Map(), new Map(), new Map()];
  for (const entry of entries) {
    const { kind, repository, digest, tag } = entry;
    const name = `${repository}@${digest}`;
    if (kind === 'blob') blobs.set(name, entry);
    if (kind === 'manifest') manifests.set(name, entry);
    if (tag === undefined) continue;
    const key = `${repository}:${tag}`;
    const known = tags.get(key) ?? { repository, tag, possible: new Set() };
    if (kind === 'manifest') known.digest = digest;
    else known.possible.add(digest);
    tags.set(key, known);
  }
  return { blobs, manifests, tags: new Map([...tags].filter(([, { digest }]) => digest !== undefined)) };
}
