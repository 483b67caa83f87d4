import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryLink, StoredEntry } from '../blob-store';
import { inTurn } from '../in-turn';
import {
  BLOBS_FOLDER,
  REPOSITORIES_FOLDER,
  UPLOADS_FOLDER,
  digestOfKey,
  endsBefore,
  isUploadId,
  linkAt,
  linkTarget,
} from '../layout';
import { statFile } from './files';
import { explained, isMissing } from './storage-error';

/** Files looked at at once: the threads that Node has for it (UV_THREADPOOL_SIZE of `npm start`). */
const WIDTH = 16;
/** A digest is shorter; a file that holds more is no link. */
const LINK_BYTES = 256;

/** Finds what lies below a root, one folder in memory at a time. */
export class TreeWalks {
  constructor(private readonly root: string) {}

  async *blobs(after = ''): AsyncIterable<StoredEntry> {
    for await (const folder of this.prefixFolders(after)) {
      const keys = (await this.list(folder)).map(({ name }) => `${folder}/${name}/data`);
      const wanted = keys.filter((key) => key > after && digestOfKey(key) !== undefined);
      for await (const found of inTurn(wanted, WIDTH, (key) => this.stat(key))) if (found) yield found;
    }
  }

  async *uploads(): AsyncIterable<StoredEntry> {
    const ids = (await this.list(UPLOADS_FOLDER)).map(({ name }) => name).filter(isUploadId);
    const stat = (id: string) => this.stat(`${UPLOADS_FOLDER}/${id}`);
    for await (const found of inTurn(ids, WIDTH, stat)) {
      if (found) yield { ...found, key: found.key.slice(UPLOADS_FOLDER.length + 1) };
    }
  }

  async *links(after = ''): AsyncIterable<RepositoryLink> {
    for await (const link of inTurn(this.linkPaths(REPOSITORIES_FOLDER, after), WIDTH, (path) => this.link(path)))
      if (link) yield link;
  }

  /** `…/<alg>/<2 hex>`, each in its turn. Names of one level are equally long: order by level is key order. */
  private async *prefixFolders(after: string): AsyncIterable<string> {
    for (const algorithm of await this.foldersIn(BLOBS_FOLDER, after)) {
      for (const prefix of await this.foldersIn(algorithm, after)) yield prefix;
    }
  }

  /** Where links may lie, in the order of paths. Folders of repositories may hold repositories. */
  private async *linkPaths(folder: string, after: string): AsyncIterable<string> {
    for (const path of await this.foldersIn(folder, after)) {
      if (path.endsWith('/_manifests')) yield* this.manifestPaths(path, after);
      // `_layers` and `_uploads` say nothing that an import needs.
      else if (!path.slice(folder.length + 1).startsWith('_')) yield* this.linkPaths(path, after);
    }
  }

  private async *manifestPaths(folder: string, after: string): AsyncIterable<string> {
    for (const algorithm of await this.foldersIn(`${folder}/revisions`, after)) {
      for (const revision of await this.foldersIn(algorithm, after)) yield* following(`${revision}/link`, after);
    }
    for (const tag of await this.foldersIn(`${folder}/tags`, after)) yield* following(`${tag}/current/link`, after);
  }

  private async foldersIn(folder: string, after: string): Promise<string[]> {
    const paths = (await this.list(folder))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${folder}/${name}`);
    return paths.filter((path) => !endsBefore(path, after));
  }

  private async stat(key: string): Promise<StoredEntry | undefined> {
    const found = await explained(() => statFile(join(this.root, key)));
    return found && { key, ...found };
  }

  private async link(path: string): Promise<RepositoryLink | undefined> {
    const place = linkAt(path);
    const found = place && (await explained(() => this.head(path)));
    return found && { ...place, target: linkTarget(found.content), modifiedAt: found.modifiedAt };
  }

  private async head(path: string): Promise<{ content: Buffer; modifiedAt: Date } | undefined> {
    const handle = await open(join(this.root, path), 'r').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (!handle) return undefined;
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LINK_BYTES), 0, LINK_BYTES, 0);
      return { content: buffer.subarray(0, bytesRead), modifiedAt: (await handle.stat()).mtime };
    } finally {
      await handle.close();
    }
  }

  /** In the order of the paths below: `a-b` comes before `a` when both are folders, for `-` comes before `/`. */
  private async list(folder: string): Promise<Dirent[]> {
    const path = join(this.root, folder);
    const entries = await explained(() =>
      readdir(path, { withFileTypes: true }).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      }),
    );
    return entries.sort((a, b) => (`${a.name}/` < `${b.name}/` ? -1 : 1));
  }
}

function* following(path: string, after: string): Iterable<string> {
  if (path > after) yield path;
}
