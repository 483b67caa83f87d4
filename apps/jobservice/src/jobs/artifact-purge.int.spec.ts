import { ArtifactsModule } from '@breakwater/artifacts';
import { ExecutionsModule, ExecutionsService, SchedulesService } from '@breakwater/executions';
import { Database, QueueModule } from '@breakwater/platform';
import {
  createTestDatabase,
  fakeJobContext,
  startTestModules,
  testRedis,
  type TestDatabase,
} from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { ArtifactPurgeJob } from './artifact-purge.job';
import { ArtifactPurgeSchedule } from './artifact-purge.schedule';

let testDatabase: TestDatabase;
let app: INestApplicationContext;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  app = await startTestModules(testDatabase.url, {
    imports: [QueueModule.forRoot(testRedis()), ArtifactsModule, ExecutionsModule],
    providers: [ArtifactPurgeJob, ArtifactPurgeSchedule],
  });
  await sql(`INSERT INTO user_account (username, password_hash) VALUES ('owner', '')`);
  await sql(`INSERT INTO manifest (digest, payload, size) VALUES ('sha256:x', '', 10)`);
  for (const name of ['one', 'two']) {
    await sql(`INSERT INTO project (name, owner_id) SELECT $1, id FROM user_account`, [name]);
    await sql(`INSERT INTO quota (project_id, used) SELECT id, 10 FROM project WHERE name = $1`, [name]);
  }
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

function sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
  return app.get(Database, { strict: false }).query<T>(text, values);
}

let nextId = 1;
const insertDeleted = (project: string, left: string) =>
  sql(
    `INSERT INTO deleted_artifact (id, project_id, repository_name, digest, type, media_type, manifest_media_type, size, manifest_size,
                                   push_time, tags, children, subjects, actor, purge_time)
     SELECT $3::bigint, id, name || '/' || $3::bigint, 'sha256:x', 'IMAGE', '', '', 10, 10, now(), '[]', '[]', '[]', 'someone', now() + $2::interval
     FROM project WHERE name = $1`,
    [project, left, nextId++],
  );

const start = (key: string) =>
  app.get(ArtifactPurgeSchedule).start(
    {
      id: 1,
      vendorType: 'ARTIFACT_PURGE',
      vendorId: -1,
      cronType: 'Hourly',
      cron: '0 0 * * * *',
      parameters: {},
      nextTime: new Date(),
      creationTime: new Date(),
      updateTime: new Date(),
    },
    key,
  );
const everything = { filters: [], sorts: [], page: 1, pageSize: 10 };

it('is scheduled once an hour, and starts only when something is due', async () => {
  expect(await app.get(SchedulesService, { strict: false }).find('ARTIFACT_PURGE')).toMatchObject({
    cron: '0 0 * * * *',
  });
  await insertDeleted('one', '1 hour');
  await start('first');
  const executions = app.get(ExecutionsService, { strict: false });
  expect((await executions.list({ vendorTypes: ['ARTIFACT_PURGE'] }, everything)).total).toBe(0);
  await insertDeleted('one', '-1 second');
  await start('second');
  await start('second');
  expect((await executions.list({ vendorTypes: ['ARTIFACT_PURGE'] }, everything)).total).toBe(1);
});

it('purges what is due of every project, and tells of each', async () => {
  for (let i = 0; i < 250; i++) await insertDeleted('two', '-1 day');
  const context = fakeJobContext();
  await app.get(ArtifactPurgeJob).run({}, context);
  expect(context.outcome).toEqual({ purged_artifacts: 251, freed_quota_bytes: 10 });
  expect(await sql('SELECT p.name, q.used FROM quota q JOIN project p ON p.id = q.project_id ORDER BY 1')).toEqual([
    { name: 'one', used: 10 },
    { name: 'two', used: 0 },
  ]);
  expect(await sql('SELECT FROM deleted_artifact')).toHaveLength(1);
  expect(await sql(`SELECT FROM outbox WHERE topic = 'artifact.purged'`)).toHaveLength(251);
});

it('ends between batches when it is told to', async () => {
  await insertDeleted('two', '-1 day');
  const stopped = new Error('stopped');
  const context = fakeJobContext({ signal: AbortSignal.abort(stopped) });
  await expect(app.get(ArtifactPurgeJob).run({}, context)).rejects.toBe(stopped);
  expect(await sql('SELECT FROM deleted_artifact')).toHaveLength(2);
});
