import { AdoptionService, type AdoptionTarget } from '@breakwater/artifacts';
import type { JobPayload, RepositoryLink } from '@breakwater/contracts';
import type { JobContext } from '@breakwater/executions';
import { isProjectName, isRepositoryName } from '@breakwater/kernel';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { ProjectCreationService } from '@breakwater/projects';
import { digestOfKey } from '@breakwater/storage';
import { Inject, Injectable } from '@nestjs/common';
import { BlobSizes } from './blob-sizes';
import { ImportRun } from './import-run';
import { ManifestReader } from './manifest-reader';
import { RepositoryImport } from './repository-import';

const blobBatch = 1_000;
const principal = { kind: 'internal', name: 'import' } as const;

/**
 * Takes over what a distribution registry left in the platform's own storage. Artifacts first, with the blobs they need, and
 * the other blobs last: no blob that something needs ever looks like garbage, wherever an import ends.
 */
@Injectable()
export class StorageImport {
  constructor(
    private readonly reader: ManifestReader,
    private readonly adoption: AdoptionService,
    private readonly projects: ProjectCreationService,
    @Inject(STORAGE_KEEPER) private readonly keeper: StorageKeeper,
  ) {}

  async run({ project }: JobPayload<'STORAGE_IMPORT'>, context: JobContext): Promise<void> {
    const run = new ImportRun(context);
    if (run.phase === 'repositories') {
      await this.importRepositories(run, project);
      await run.step({ phase: 'blobs', after: '' });
    }
    await this.importBlobs(run);
    const { problems, ...totals } = run.totals;
    context.result({ ...totals, problems });
    run.log(`imported ${JSON.stringify(run.totals)}`);
  }

  private async importRepositories(run: ImportRun, project: string): Promise<void> {
    const sizes = new BlobSizes(this.keeper);
    let current: { name: string; import?: RepositoryImport } | undefined;
    let last = '';
    const leave = async (): Promise<void> => {
      await current?.import?.end();
      if (current) await run.step({ after: last }, async () => ({ repositories: current?.import ? 1 : 0 }));
    };
    for await (const link of this.keeper.walkRepositories({ after: run.after })) {
      run.throwIfStopped();
      if (current?.name !== link.repository) {
        await leave();
        current = { name: link.repository };
        const target = await this.target(run, link, project);
        if (target)
          current.import = new RepositoryImport(target, { run, sizes, reader: this.reader, adoption: this.adoption });
      }
      await current.import?.add(link);
      last = link.path;
    }
    await leave();
  }

  /** The first component is the project; a name of one component goes to the named project. */
  private async target(
    run: ImportRun,
    { repository }: RepositoryLink,
    project: string,
  ): Promise<AdoptionTarget | undefined> {
    const name = repository.includes('/') ? repository : `${project}/${repository}`;
    const [first = ''] = name.split('/');
    if (!isRepositoryName(name) || !isProjectName(first)) return void run.problem('repository.name', repository);
    const { id, created } = await this.projects.ensure(principal, { name: first, metadata: {} });
    if (created) await run.step({}, async () => ({ projects: 1 }));
    return { projectId: id, repository: name };
  }

  private async importBlobs(run: ImportRun): Promise<void> {
    let batch: { key: string; digest: string; size: number; modified: Date }[] = [];
    const adopt = async (): Promise<void> => {
      const last = batch.at(-1);
      if (!last) return;
      const blobs = batch;
      await run.step({ after: last.key }, async () => {
        const { count, bytes } = await this.adoption.adoptUnreferenced(blobs);
        return { unreferenced_blobs: count, unreferenced_bytes: bytes };
      });
      batch = [];
    };
    for await (const { key, size, modified } of this.keeper.walk({ after: run.after })) {
      run.throwIfStopped();
      const digest = digestOfKey(key);
      // What has another key is the platform's own, and has its row.
      if (digest) batch.push({ key, digest, size, modified });
      if (batch.length >= blobBatch) await adopt();
    }
    await adopt();
  }
}
