import { SettingsService } from '@breakwater/settings';
import { Redis } from 'ioredis';
import { foldingPullsKey, pendingPullsKey } from './pull-keys';
import { PullFolder } from './pull-folder';
import { PullRecorder } from './pull-recorder';
import { startArtifacts, type ArtifactsBench } from '../artifacts.suite';

let bench: ArtifactsBench;
let recorder: PullRecorder;
let folder: PullFolder;
let pulled: { repositoryId: number; artifactId: number; tagId: number };

beforeAll(async () => {
  bench = await startArtifacts();
  folder = bench.app.get(PullFolder, { strict: false });
  const insert = async (sql: string, parameters: unknown[]) =>
    (await bench.database.query<{ id: number }>(`${sql} RETURNING id`, parameters))[0]!.id;
  await bench.database.query(`INSERT INTO manifest (digest, payload, size) VALUES ('sha256:x', '', 0)`);
  const repositoryId = await insert('INSERT INTO repository (project_id, name) VALUES ($1, $2)', [
    bench.projectId,
    'bench/app',
  ]);
  const artifactId = await insert(
    `INSERT INTO artifact (project_id, repository_id, digest, type, media_type, manifest_media_type, size, manifest_size)
     VALUES ($1, $2, 'sha256:x', 'IMAGE', 'a', 'b', 0, 0)`,
    [bench.projectId, repositoryId],
  );
  const tagId = await insert(`INSERT INTO tag (repository_id, artifact_id, name) VALUES ($1, $2, 'latest')`, [
    repositoryId,
    artifactId,
  ]);
  pulled = { repositoryId, artifactId, tagId };
});
afterAll(() => bench.close());

beforeEach(async () => {
  // One that has noted no times yet.
  recorder = new PullRecorder(bench.redis);
  await bench.redis.del(pendingPullsKey, foldingPullsKey);
  await bench.database.query('UPDATE repository SET pull_count = 0');
  await bench.database.query('UPDATE artifact SET pull_time = NULL');
  await bench.database.query('UPDATE tag SET pull_time = NULL');
});

async function counted() {
  const [row] = await bench.database.query<{ count: number; artifact: Date | null; tag: Date | null }>(
    `SELECT r.pull_count AS count, a.pull_time AS artifact, t.pull_time AS tag
     FROM repository r JOIN artifact a ON a.repository_id = r.id JOIN tag t ON t.artifact_id = a.id`,
  );
  return row!;
}

async function record(times: number, tagId: number | null = pulled.tagId): Promise<void> {
  for (let i = 0; i < times; i++) recorder.record({ ...pulled, tagId });
  await recorder.flush();
}

describe('pulls', () => {
  it('are counted, with their times', async () => {
    const before = Date.now();
    await record(3);
    await record(2);
    expect(await folder.fold()).toBe(3);
    const { count, artifact, tag } = await counted();
    expect(count).toBe(5);
    for (const time of [artifact!, tag!]) expect(time.getTime()).toBeGreaterThanOrEqual(before);
    expect(await folder.fold()).toBe(0);
    expect((await counted()).count).toBe(5);
  });

  it('note when something was pulled last to the minute, and count each', async () => {
    const time = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-01-01T00:00:00Z'));
    await record(1);
    time.mockReturnValue(Date.parse('2026-01-01T00:00:59Z'));
    await record(1);
    expect(await bench.redis.hget(pendingPullsKey, `a:${pulled.artifactId}`)).toBe(String(Date.UTC(2026, 0, 1)));
    time.mockReturnValue(Date.parse('2026-01-01T00:01:00Z'));
    await record(1);
    expect(await bench.redis.hmget(pendingPullsKey, `t:${pulled.tagId}`, `r:${pulled.repositoryId}`)).toEqual([
      String(Date.UTC(2026, 0, 1, 0, 1)),
      '3',
    ]);
    time.mockRestore();
  });

  it('are left out where the settings say so', async () => {
    const settings = bench.app.get(SettingsService, { strict: false });
    await settings.update({ pull_count_update_disable: true });
    await record(2);
    await folder.fold();
    expect(await counted()).toMatchObject({ count: 0, artifact: expect.any(Date), tag: expect.any(Date) });
    await settings.update({ pull_count_update_disable: false, pull_time_update_disable: true });
    await bench.database.query('UPDATE artifact SET pull_time = NULL');
    recorder = new PullRecorder(bench.redis);
    await record(2);
    await folder.fold();
    expect(await counted()).toMatchObject({ count: 2, artifact: null });
    await settings.update({ pull_time_update_disable: false });
  });

  it('by digest leave the tag alone', async () => {
    await record(1, null);
    await folder.fold();
    const { artifact, tag } = await counted();
    expect(artifact).not.toBeNull();
    expect(tag).toBeNull();
  });

  it('are counted once when the fold dies after its commit', async () => {
    await record(4);
    const died = jest.spyOn(bench.redis, 'eval').mockRejectedValueOnce(new Error('died'));
    await expect(folder.fold()).rejects.toThrow('died');
    died.mockRestore();
    expect((await counted()).count).toBe(4);
    await record(1);
    await folder.fold();
    await folder.fold();
    expect((await counted()).count).toBe(5);
    expect(await bench.redis.exists(foldingPullsKey, pendingPullsKey)).toBe(0);
  });

  it('are counted when the fold dies before its commit', async () => {
    await record(4);
    const database = jest
      .spyOn(bench.database, 'query')
      .mockImplementationOnce(() => Promise.reject(new Error('died')));
    await expect(folder.fold()).rejects.toThrow('died');
    database.mockRestore();
    await folder.fold();
    expect((await counted()).count).toBe(4);
  });

  it('are counted once by many folders at once, while more come in', async () => {
    for (let round = 0; round < 10; round++) {
      await Promise.all([record(10), folder.fold(), folder.fold(), record(10), folder.fold()]);
    }
    await folder.fold();
    await folder.fold();
    expect((await counted()).count).toBe(200);
  });

  it('of what is gone do no harm', async () => {
    recorder.record({ repositoryId: 999_999, artifactId: 999_999, tagId: 999_999 });
    await record(1);
    await folder.fold();
    expect((await counted()).count).toBe(1);
  });

  it('never set a time back', async () => {
    await record(1);
    await folder.fold();
    const { artifact } = await counted();
    await bench.redis.hset(pendingPullsKey, `a:${pulled.artifactId}`, '1000');
    await folder.fold();
    expect((await counted()).artifact).toEqual(artifact);
  });

  it('are lost, and nothing else, while Redis is away', async () => {
    const pipeline = bench.redis.pipeline();
    const away = jest.spyOn(bench.redis, 'pipeline').mockReturnValueOnce(pipeline);
    jest.spyOn(pipeline, 'exec').mockRejectedValueOnce(new Error('connection lost'));
    await record(1);
    away.mockRestore();
    await record(1);
    await folder.fold();
    expect((await counted()).count).toBe(1);
  });
});

describe('a process that stops', () => {
  it('leaves the pulls that it counted', async () => {
    const stopping = await startArtifacts();
    const { host, port, keyPrefix } = stopping.redis.options;
    stopping.app.get(PullRecorder, { strict: false }).record({ repositoryId: 1, artifactId: 2, tagId: null });
    await stopping.close();
    const redis = new Redis({ host, port, keyPrefix });
    expect(await redis.hget(pendingPullsKey, 'r:1')).toBe('1');
    await redis.quit();
  });
});
