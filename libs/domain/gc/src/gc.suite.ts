import { BlobsService, ContentModule, ManifestPushService, UploadsService } from '@breakwater/artifacts';
import { ExecutionsModule, type JobContext } from '@breakwater/executions';
import { digestOf, mediaTypes } from '@breakwater/kernel';
import { Database, QueueModule, RedisModule, STORAGE_KEEPER } from '@breakwater/platform';
import { ProjectsModule, ProjectsService } from '@breakwater/projects';
import { SettingsService } from '@breakwater/settings';
import { FilesystemBlobStore } from '@breakwater/storage';
import {
  createTestDatabase,
  fakeJobContext,
  FaultBlobStore,
  InProcessStorageKeeper,
  startTestModules,
  testRedis,
} from '@breakwater/testing';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GcModule } from './gc.module';

export const actor = { name: 'tester', address: '', userAgent: '' };

@Global()
@Module({})
class KeeperModule {}

/** The library, and pushes, on a database and a folder of their own. */
export class GcBench {
  private constructor(
    readonly app: INestApplicationContext,
    readonly store: FaultBlobStore,
    readonly keeper: InProcessStorageKeeper,
    readonly projectId: number,
    readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<GcBench> {
    const { url, drop } = await createTestDatabase();
    const root = await mkdtemp(join(tmpdir(), 'gc-'));
    const store = new FaultBlobStore(new FilesystemBlobStore(root));
    const keeper = new InProcessStorageKeeper(store);
    const redis = testRedis();
    const imports = [
      RedisModule.forRoot(redis),
      QueueModule.forRoot(redis),
      ContentModule.forRoot(store),
      ProjectsModule,
      ExecutionsModule,
      {
        module: KeeperModule,
        providers: [{ provide: STORAGE_KEEPER, useValue: keeper }],
        exports: [STORAGE_KEEPER],
      },
      GcModule,
    ];
    const app = await startTestModules(url, { imports }, { UPLOAD_TTL_SECONDS: 60, DATABASE_POOL_SIZE: 12 });
    await app
      .get(Database)
      .query(`INSERT INTO user_account (username, password_hash, sysadmin) VALUES ('admin', '', true)`);
    // What is deleted is garbage at once.
    await app.get(SettingsService, { strict: false }).update({ artifact_restore_window_days: 0 });
    const projectId = await app
      .get(ProjectsService, { strict: false })
      .create({ kind: 'internal', name: 'test' }, { name: 'bench', metadata: {}, storageLimit: -1 });
    const close = async (): Promise<void> => {
      await app.close();
      await drop();
      await rm(root, { recursive: true });
    };
    return new GcBench(app, store, keeper, projectId, close);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get(type as never, { strict: false });
  }

  query<T = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.app.get(Database).query<T>(sql, parameters);
  }

  target(repository = 'bench/app') {
    return { projectId: this.projectId, repository };
  }

  /** As the engine's: what happens in `advance` happens in one transaction. */
  context(given: Partial<Omit<JobContext, 'log'>> = {}) {
    return fakeJobContext(given, this.app.get(Database));
  }

  async pushBlob(bytes: Buffer, repository?: string): Promise<string> {
    const digest = digestOf(bytes);
    const stream = (async function* () {
      yield bytes;
    })();
    await this.get(UploadsService).upload(this.target(repository), digest, { stream, length: bytes.length });
    return digest;
  }

  /** Whether the blob was there, with the answer that a client which may push gets. */
  async has(digest: string, repository = 'bench/app'): Promise<boolean> {
    return this.get(BlobsService)
      .stat(repository, digest, { mayPush: true })
      .then(
        () => true,
        () => false,
      );
  }

  manifestOf(blobs: Buffer[], extra: Record<string, unknown> = {}): Buffer {
    const [config, ...layers] = blobs.map((bytes) => ({
      mediaType: 'application/vnd.test.layer',
      digest: digestOf(bytes),
      size: bytes.length,
    }));
    return Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers, ...extra }),
    );
  }

  /** By tag, or by digest when there is none. */
  async pushManifest(payload: Buffer, tag?: string, repository = 'bench/app'): Promise<string> {
    const digest = digestOf(payload);
    await this.get(ManifestPushService).push({
      ...this.target(repository),
      reference: tag === undefined ? { kind: 'digest', digest } : { kind: 'tag', tag },
      tags: [],
      contentType: (JSON.parse(payload.toString()) as { mediaType: string }).mediaType,
      payload,
      actor,
      condition: {},
    });
    return digest;
  }

  async pushImage(blobs: Buffer[], tag?: string, repository?: string): Promise<string> {
    for (const bytes of blobs) await this.pushBlob(bytes, repository);
    return this.pushManifest(this.manifestOf(blobs), tag, repository);
  }

  /** Is the blob in storage? */
  async stored(bytes: Buffer): Promise<boolean> {
    const [found] = await this.keeper.stat([`docker/registry/v2/blobs/${pathOf(digestOf(bytes))}/data`]);
    return found?.size === bytes.length;
  }

  async row(bytes: Buffer): Promise<{ status: string; version: number } | undefined> {
    const [row] = await this.query<{ status: string; version: number }>(
      'SELECT status, version FROM blob WHERE digest = $1',
      [digestOf(bytes)],
    );
    return row;
  }
}

function pathOf(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm}/${hex.slice(0, 2)}/${hex}`;
}
