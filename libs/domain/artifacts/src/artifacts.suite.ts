import { Database, REDIS, RedisModule } from '@breakwater/platform';
import { ProjectsModule, ProjectsService } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { FilesystemBlobStore } from '@breakwater/storage';
import { createTestDatabase, FaultBlobStore, startTestModules, testRedis } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactListsModule } from './artifact-lists.module';
import { ArtifactViewsModule } from './artifact-views.module';
import { ContentModule } from './content.module';
import { CopyModule } from './copy/copy.module';
import { LabelsModule } from './labels/labels.module';
import { PullFolder } from './pulls/pull-folder';

export interface ArtifactsBench {
  app: INestApplicationContext;
  /** Of the database. */
  url: string;
  database: Database;
  redis: Redis;
  store: FaultBlobStore;
  /** A project named `bench`. */
  projectId: number;
  close: () => Promise<void>;
}

/** The library on a database, a Redis prefix and a folder of its own. */
export async function startArtifacts(): Promise<ArtifactsBench> {
  const { url, drop } = await createTestDatabase();
  const root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  const store = new FaultBlobStore(new FilesystemBlobStore(root));
  const imports = [
    RedisModule.forRoot(testRedis()),
    ContentModule.forRoot(store),
    ArtifactListsModule,
    ArtifactViewsModule,
    CopyModule,
    LabelsModule,
    ProjectsModule,
    SettingsModule,
  ];
  const app = await startTestModules(
    url,
    { imports, providers: [PullFolder] },
    { UPLOAD_TTL_SECONDS: 60, DATABASE_POOL_SIZE: 6 },
  );
  const service = <T>(type: new (...args: never[]) => T): T => app.get(type, { strict: false });
  const database = service(Database);
  // Projects made by the platform belong to the first administrator.
  await database.query(`INSERT INTO user_account (username, password_hash, sysadmin) VALUES ('admin', '', true)`);
  const projectId = await service(ProjectsService).create(
    { kind: 'internal', name: 'test' },
    { name: 'bench', metadata: {}, storageLimit: -1 },
  );
  const close = async (): Promise<void> => {
    await app.close();
    await drop();
    await rm(root, { recursive: true });
  };
  return { app, url, database, redis: app.get<Redis>(REDIS, { strict: false }), store, projectId, close };
}
