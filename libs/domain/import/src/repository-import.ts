import type { AdoptedArtifact, AdoptionService, AdoptionTarget } from '@breakwater/artifacts';
import type { RepositoryLink } from '@breakwater/contracts';
import { isDigest, isTag, requiredBlobs } from '@breakwater/kernel';
import type { BlobSizes } from './blob-sizes';
import type { ImportRun } from './import-run';
import type { ManifestReader } from './manifest-reader';

const manifestBatch = 100;
/** Bytes of manifests in one transaction, roughly. */
const manifestBytes = 8 * 1024 * 1024;
const tagBatch = 500;

export interface RepositoryImportTools {
  run: ImportRun;
  reader: ManifestReader;
  sizes: BlobSizes;
  adoption: AdoptionService;
}

/** The links of one repository, in the order of their paths: manifests, then tags. */
export class RepositoryImport {
  private manifests: RepositoryLink[] = [];
  /** Indexes wait for what they list. */
  private readonly indexes = new Map<string, RepositoryLink>();
  private tags: RepositoryLink[] = [];

  constructor(
    private readonly target: AdoptionTarget,
    private readonly tools: RepositoryImportTools,
  ) {}

  async add(link: RepositoryLink): Promise<void> {
    if (!this.isSound(link)) return;
    if (link.kind === 'manifest') {
      this.manifests.push(link);
      if (this.manifests.length >= manifestBatch) await this.adoptManifests();
      return;
    }
    await this.endManifests();
    this.tags.push(link);
    if (this.tags.length >= tagBatch) await this.adoptTags();
  }

  async end(): Promise<void> {
    await this.endManifests();
    await this.adoptTags();
  }

  /** distribution follows a link only when it says what its path says. */
  private isSound({ kind, name, target, path }: RepositoryLink): boolean {
    const { run } = this.tools;
    if (target === null || (kind === 'manifest' && (!isDigest(name) || target !== name))) {
      run.problem('link.broken', path);
      return false;
    }
    if (kind === 'tag' && !isTag(name)) {
      run.problem('tag.name', path);
      return false;
    }
    return true;
  }

  private async endManifests(): Promise<void> {
    await this.adoptManifests();
    await this.adoptIndexes();
  }

  private async adoptManifests(): Promise<void> {
    const links = this.manifests;
    this.manifests = [];
    const byDigest = new Map(links.map((link) => [link.name, link]));
    await this.adoptAll(links, (artifact) => {
      if (artifact.manifest.kind === 'image') return true;
      this.indexes.set(artifact.digest, byDigest.get(artifact.digest) as RepositoryLink);
      return false;
    });
  }

  /** An index may list indexes: in rounds, each of those whose parts wait no more. */
  private async adoptIndexes(): Promise<void> {
    while (this.indexes.size > 0) {
      const waiting = new Set(this.indexes.keys());
      const links = [...this.indexes.values()];
      await this.adoptAll(links, async ({ digest, manifest }) => {
        const children = manifest.manifests.map((child) => child.digest);
        if (children.some((child) => waiting.has(child))) return false;
        this.indexes.delete(digest);
        return this.hasAll(digest, children);
      });
      // No digest can depend on itself: who still waits is gone from storage meanwhile.
      if (this.indexes.size === waiting.size) this.indexes.clear();
    }
  }

  private async hasAll(digest: string, children: string[]): Promise<boolean> {
    const { repository } = this.target;
    const present = await this.tools.adoption.present(repository, children);
    const missing = children.find((child) => !present.has(child));
    if (missing === undefined) return true;
    this.tools.run.problem(
      'manifest.child',
      `${repository}@${digest} lists ${missing}, which is not in the repository`,
    );
    return false;
  }

  private async adoptAll(
    links: readonly RepositoryLink[],
    isWanted: (artifact: AdoptedArtifact) => boolean | Promise<boolean>,
  ): Promise<void> {
    let batch: AdoptedArtifact[] = [];
    let bytes = 0;
    for await (const artifact of this.tools.reader.read(this.tools.run, links)) {
      if (!(await isWanted(artifact))) continue;
      batch.push(artifact);
      bytes += artifact.payload.length;
      if (batch.length < manifestBatch && bytes < manifestBytes) continue;
      await this.adopt(batch);
      batch = [];
      bytes = 0;
    }
    await this.adopt(batch);
  }

  private async adopt(artifacts: readonly AdoptedArtifact[]): Promise<void> {
    if (artifacts.length === 0) return;
    const { run, sizes, adoption } = this.tools;
    const found = await sizes.of(artifacts.flatMap(neededBlobs));
    const complete = artifacts.filter((artifact) => this.isComplete(artifact, found));
    const needed = new Map(
      complete.flatMap(neededBlobs).map((digest) => [digest, found.get(digest) as number] as const),
    );
    let refused: string[] = [];
    await run.step({}, async () => {
      const adopted = await adoption.adopt(this.target, complete, needed);
      refused = adopted.refused;
      return { artifacts: adopted.created };
    });
    for (const digest of refused)
      run.problem(
        'blob.removed',
        `${this.target.repository}@${digest}: garbage collection has one of its blobs, import again`,
      );
  }

  private isComplete({ digest, manifest }: AdoptedArtifact, found: ReadonlyMap<string, number>): boolean {
    const missing = requiredBlobs(manifest).find((blob) => !found.has(blob.digest));
    if (!missing) return true;
    this.tools.run.problem('blob.missing', `${this.target.repository}@${digest} needs ${missing.digest}`);
    return false;
  }

  private async adoptTags(): Promise<void> {
    const tags = this.tags.map(({ name, target, modified }) => ({ name, digest: target as string, pushed: modified }));
    this.tags = [];
    if (tags.length === 0) return;
    const { run, adoption } = this.tools;
    let unknown: string[] = [];
    await run.step({}, async () => {
      const adopted = await adoption.adoptTags(this.target, tags);
      unknown = adopted.unknown;
      return { tags: adopted.created };
    });
    for (const name of unknown) run.problem('tag.dangling', `${this.target.repository}:${name}`);
  }
}

/** Its own among them: the file that the manifest is. */
function neededBlobs({ digest, manifest }: AdoptedArtifact): string[] {
  return [digest, ...requiredBlobs(manifest).map((blob) => blob.digest)];
}
