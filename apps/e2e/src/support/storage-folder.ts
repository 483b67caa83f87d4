import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Platform } from './platform';
import { type Descriptor, MediaType, sha256 } from './registry';
import { uniqueLayer } from './images';

/** The files of a platform, as the operator of its disk sees them: as distribution lays them out. */
export class StorageFolder {
  private readonly root: string;

  constructor({ storage }: Platform) {
    this.root = storage;
  }

  read(path: string): Buffer {
    return readFileSync(join(this.root, path));
  }

  /** Writes a file, and gives it and its folders to the account of the services. */
  write(path: string, bytes: Buffer | string): void {
    const file = join(this.root, path);
    const firstMade = mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    const { uid, gid } = statSync(this.root);
    for (let made = file; made.length >= (firstMade ?? file).length; made = dirname(made)) chownSync(made, uid, gid);
  }

  blobPath(digest: string): string {
    const hex = digest.slice('sha256:'.length);
    return `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
  }

  /** A tagged image of one layer, as docker-registry leaves it; returns the manifest's digest. */
  writeImage(repository: string, tag: string): string {
    const layers = [this.writeBlob(uniqueLayer(), MediaType.layer)];
    const settings = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layers[0]!.digest] } };
    const config = this.writeBlob(JSON.stringify(settings), MediaType.config);
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers };
    const { digest } = this.writeBlob(JSON.stringify(manifest), MediaType.manifest);
    for (const place of [`revisions/${digest.replace(':', '/')}`, `tags/${tag}/current`])
      this.writeLink(`${repository}/_manifests/${place}`, digest);
    return digest;
  }

  /** `folder` is below repositories/. */
  writeLink(folder: string, digest: string): void {
    this.write(`docker/registry/v2/repositories/${folder}/link`, digest);
  }

  private writeBlob(content: Buffer | string, mediaType: string): Descriptor {
    const bytes = Buffer.from(content);
    const digest = sha256(bytes);
    this.write(this.blobPath(digest), bytes);
    return { mediaType, digest, size: bytes.length };
  }
}
