import { digestOf, mediaTypes } from '@breakwater/kernel';
import type { StorageKeeper } from '@breakwater/platform';
import { blobKey, FilesystemBlobStore } from '@breakwater/storage';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface ImageOptions {
  config?: object;
  subject?: object;
  missingLayer?: boolean;
}

type Keeper = Pick<StorageKeeper, 'stat' | 'read' | 'walk' | 'walkRepositories'>;

/** A storage tree as distribution leaves it, and who reads it for an import. Test code only. */
export class TestTree {
  /** When everything in it was pushed. */
  readonly pushed = new Date('2024-05-06T07:08:09Z');
  readonly keeper: Keeper;

  private constructor(private readonly root: string) {
    this.keeper = keeperOf(new FilesystemBlobStore(root));
  }

  static async make(): Promise<TestTree> {
    return new TestTree(await mkdtemp(join(tmpdir(), 'import-')));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  /** Path, size and time of every file. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.root, { recursive: true });
    const described = entries.map(async (path) => {
      const { size, mtimeMs } = await stat(join(this.root, path));
      return `${path} ${size} ${mtimeMs}`;
    });
    return (await Promise.all(described)).sort();
  }

  write(path: string, content: string | Buffer): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, this.pushed, this.pushed);
  }

  blob(content: string | Buffer): string {
    const digest = digestOf(Buffer.from(content));
    this.write(blobKey(digest), content);
    return digest;
  }

  removeBlob(digest: string): void {
    rmSync(join(this.root, blobKey(digest)));
  }

  link(folder: string, target: string): void {
    this.write(`docker/registry/v2/repositories/${folder}/link`, target);
  }

  manifest(repository: string, content: object): string {
    const digest = this.blob(JSON.stringify(content));
    this.link(`${repository}/_manifests/revisions/${digest.replace(':', '/')}`, digest);
    return digest;
  }

  image(repository: string, tags: string[], options: ImageOptions = {}): string {
    const config = JSON.stringify(options.config ?? { architecture: 'amd64', os: 'linux', random: random() });
    const layers = [randomBytes(100), randomBytes(200)];
    const described = layers.map((bytes) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: this.blob(bytes),
      size: bytes.length,
    }));
    if (options.missingLayer) this.removeBlob(described[1]!.digest);
    return this.tagged(repository, tags, {
      schemaVersion: 2,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: this.blob(config),
        size: Buffer.byteLength(config),
      },
      layers: described,
      ...(options.subject ? { mediaType: mediaTypes.ociManifest, subject: options.subject } : {}),
    });
  }

  index(repository: string, children: string[], tags: string[]): string {
    const manifests = children.map((digest) => ({ mediaType: mediaTypes.ociManifest, digest, size: 1 }));
    return this.tagged(repository, tags, { schemaVersion: 2, manifests, annotations: { random: random() } });
  }

  private tagged(repository: string, tags: string[], content: object): string {
    const digest = this.manifest(repository, content);
    for (const tag of tags) this.link(`${repository}/_manifests/tags/${tag}/current`, digest);
    return digest;
  }
}

const random = () => randomBytes(8).toString('hex');

/** As registryctl answers. */
function keeperOf(store: FilesystemBlobStore): Keeper {
  return {
    stat: (keys) => Promise.all(keys.map(async (key) => (await store.stat(key)) ?? null)),
    read: async (key) => {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.read(key)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async *walk({ after } = {}) {
      for await (const { key, size, modifiedAt } of store.walk(after)) yield { key, size, modified: modifiedAt };
    },
    async *walkRepositories({ after } = {}) {
      for await (const { modifiedAt, ...link } of store.walkRepositories(after))
        yield { ...link, modified: modifiedAt };
    },
  };
}
