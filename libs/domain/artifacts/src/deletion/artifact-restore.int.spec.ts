import { ProjectDeletionService } from '../project-removal/project-deletion.service';
import { ArtifactPurgeService } from './artifact-purge.service';
import { manifestOfDeletedArtifact, neededByDeletedArtifact } from './deleted-artifact-references';
import { actor, DeletionBench, image, index, type Item } from './deleted-artifacts.suite';

let bench: DeletionBench;
let [small, big, both, signature]: Item[] = [];

beforeAll(async () => {
  bench = await DeletionBench.start();
  const config = await bench.blob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
  const base = await bench.blob(Buffer.alloc(1_000, 1));
  const top = await bench.blob(Buffer.alloc(500, 2));
  small = image(config, [base]);
  big = image(config, [base, top]);
  both = index([small, big]);
  signature = image(config, [], small);
});
afterAll(() => bench.bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.window(7);
});
afterEach(async () => expect(await bench.contradictions()).toEqual([]));

const topics = async () =>
  (await bench.sql<{ topic: string }>('SELECT topic FROM outbox ORDER BY id')).map(({ topic }) => topic);
const sizes = (...items: Item[]): number => {
  const blobs = new Map(items.flatMap((item) => item.blobs).map(({ digest, size }) => [digest, size]));
  return [...blobs.values(), ...items.map(({ payload }) => payload.length)].reduce((sum, size) => sum + size, 0);
};

describe('a deleted artifact', () => {
  it('is hidden, counts until it is purged, and comes back as it was', async () => {
    await bench.push('bench/a', small!, 'v1');
    await bench.push('bench/a', small!, 'v2');
    const rows = () =>
      bench.sql(
        `SELECT a.*, t.name, t.push_time AS tagged FROM artifact a JOIN tag t ON t.artifact_id = a.id ORDER BY t.name`,
      );
    const before = await rows();
    await bench.delete('bench/a', small!);
    expect(await bench.live()).toEqual([]);
    expect(await bench.hidden()).toEqual([`bench/a@${small!.digest} v1,v2`]);
    expect(await bench.used()).toBe(sizes(small!));

    await expect(bench.restore('bench/a', small!)).resolves.toEqual([
      { id: expect.any(Number), digest: small!.digest, tags: ['v1', 'v2'], takenTags: [] },
    ]);
    expect(await rows()).toEqual(before);
    expect(await bench.hidden()).toEqual([]);
    expect(await bench.used()).toBe(sizes(small!));
    expect(await topics()).toEqual(['artifact.pushed', 'artifact.pushed', 'artifact.deleted', 'artifact.restored']);
  });

  it('is gone at once without a window', async () => {
    await bench.window(0);
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    expect(await bench.hidden()).toEqual([]);
    expect(await bench.used()).toBe(0);
    await expect(bench.restore('bench/a', small!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves a tag where it is by now', async () => {
    await bench.push('bench/a', small!, 'v1');
    await bench.push('bench/a', small!, 'v2');
    await bench.delete('bench/a', small!);
    await bench.push('bench/a', big!, 'v1');
    await expect(bench.restore('bench/a', small!)).resolves.toMatchObject([{ tags: ['v2'], takenTags: ['v1'] }]);
    expect(await bench.live()).toEqual([`bench/a@${big!.digest} v1`, `bench/a@${small!.digest} v2`].sort());
  });

  it('is the same again when it is pushed again', async () => {
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    await bench.push('bench/a', small!, 'v2');
    expect(await bench.hidden()).toEqual([]);
    expect(await bench.used()).toBe(sizes(small!));
    await bench.delete('bench/a', small!);
    await bench.push('bench/b', small!, 'v1');
    expect(await bench.hidden()).toHaveLength(1);
    expect(await bench.used()).toBe(sizes(small!));
    await bench.purge('bench/a', small!);
    expect(await bench.used()).toBe(sizes(small!));
  });

  it('holds on to its blobs and its manifest until it is purged', async () => {
    const held = async () => [
      await bench.sql(`SELECT FROM blob b WHERE ${neededByDeletedArtifact}`),
      await bench.sql(`SELECT FROM manifest m WHERE ${manifestOfDeletedArtifact}`),
    ];
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    expect(await held()).toEqual([[{}, {}], [{}]]);
    await expect(bench.sql('DELETE FROM manifest WHERE digest = $1', [small!.digest])).rejects.toThrow('foreign key');
    await bench.purge('bench/a', small!);
    expect(await held()).toEqual([[], []]);
  });

  it('is refused while what it needs is being removed', async () => {
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    await bench.sql(`UPDATE blob SET status = 'deleting'`);
    await expect(bench.restore('bench/a', small!)).rejects.toMatchObject({ code: 'PRECONDITION' });
    expect(await bench.hidden()).toHaveLength(1);
    await bench.sql(`UPDATE blob SET status = 'none'`);
    await bench.restore('bench/a', small!);
  });
});

describe('a deleted index', () => {
  beforeEach(async () => {
    for (const item of [small!, big!]) await bench.push('bench/a', item);
    await bench.push('bench/a', both!, 'latest');
    await bench.push('bench/a', signature!);
  });

  it('brings its children and the accessories that went after it', async () => {
    const before = await bench.live();
    for (const item of [both!, small!, signature!, big!]) await bench.delete('bench/a', item);
    const restored = await bench.restore('bench/a', both!);
    expect(restored[0]).toMatchObject({ digest: both!.digest, tags: ['latest'] });
    expect(restored).toHaveLength(4);
    expect(await bench.live()).toEqual(before);
    await expect(bench.delete('bench/a', small!)).rejects.toMatchObject({ code: 'PRECONDITION' });
    const [listed] = await bench.sql('SELECT artifact_count FROM repository WHERE name = $1', ['bench/a']);
    expect(listed).toEqual({ artifact_count: 1 });
  });

  it('takes children that are there again, and leaves accessories that went before', async () => {
    await bench.delete('bench/a', signature!);
    for (const item of [both!, small!]) await bench.delete('bench/a', item);
    await bench.push('bench/a', small!);
    expect(await bench.restore('bench/a', both!)).toHaveLength(1);
    expect(await bench.hidden()).toEqual([`bench/a@${signature!.digest} `]);
  });

  it('stays deleted while a child is missing', async () => {
    for (const item of [both!, small!]) await bench.delete('bench/a', item);
    await bench.purge('bench/a', small!);
    const hidden = await bench.hidden();
    await expect(bench.restore('bench/a', both!)).rejects.toMatchObject({
      code: 'PRECONDITION',
      detail: { missing: [small!.digest] },
    });
    expect(await bench.hidden()).toEqual(hidden);
    await bench.push('bench/a', small!);
    await bench.restore('bench/a', both!);
  });

  it('comes back after its whole repository went', async () => {
    const before = await bench.live();
    await bench.deleteRepository('bench/a');
    expect(await bench.live()).toEqual([]);
    expect(await bench.used()).toBe(sizes(small!, big!, both!, signature!));
    await bench.restore('bench/a', both!);
    expect(await bench.live()).toEqual(before);
  });
});

describe('the quota', () => {
  const limit = (bytes: number) => bench.sql('UPDATE quota SET hard = $1', [bytes]);

  it('has room only when what was deleted is purged', async () => {
    await bench.push('bench/a', small!, 'v1');
    await limit(sizes(small!));
    await bench.delete('bench/a', small!);
    await expect(bench.push('bench/a', big!, 'v1')).rejects.toMatchObject({ code: 'DENIED' });
    await expect(bench.purge('bench/a', small!)).resolves.toEqual({ artifacts: 1, freedBytes: sizes(small!) });
    expect(await bench.used()).toBe(0);
    await limit(sizes(big!));
    await bench.push('bench/a', big!, 'v1');
  });

  it('refuses to restore what it does not count, and lets back what it does', async () => {
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    await limit(1);
    await bench.restore('bench/a', small!);
    await bench.delete('bench/a', small!);
    // As a replica of the release before would leave it.
    await bench.sql('DELETE FROM project_blob');
    await bench.sql('UPDATE quota SET used = $1', [small!.payload.length]);
    await expect(bench.restore('bench/a', small!)).rejects.toMatchObject({ code: 'DENIED' });
    await limit(-1);
    await bench.restore('bench/a', small!);
    expect(await bench.used()).toBe(sizes(small!));
  });
});

describe('purging', () => {
  it('takes what is due, in batches, and what all of a project holds when asked', async () => {
    const purges = bench.service(ArtifactPurgeService);
    for (const repository of ['bench/a', 'bench/b']) {
      await bench.push(repository, small!, 'v1');
      await bench.delete(repository, small!);
    }
    expect(await purges.nextDueProject()).toBeUndefined();
    await bench.sql(`UPDATE deleted_artifact SET purge_time = now() WHERE repository_name = 'bench/a'`);
    expect(await purges.nextDueProject()).toBe(bench.projectId);
    await expect(purges.purgeDue(bench.projectId, actor)).resolves.toEqual({ artifacts: 1, freedBytes: 0 });
    await expect(purges.purgeAll(bench.projectId, actor)).resolves.toEqual({ artifacts: 1, freedBytes: sizes(small!) });
    await expect(bench.purge('bench/a', small!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await topics()).filter((topic) => topic === 'artifact.purged')).toHaveLength(2);
  });

  it('goes with the project', async () => {
    const [other] = await bench.sql<{ id: number }>(
      `INSERT INTO project (name, owner_id) SELECT 'other', id FROM user_account RETURNING id`,
    );
    await bench.sql('INSERT INTO quota (project_id) VALUES ($1)', [other!.id]);
    await bench.push('bench/a', small!, 'v1');
    await bench.delete('bench/a', small!);
    await bench.sql('UPDATE deleted_artifact SET project_id = $1', [other!.id]);
    await bench.sql('UPDATE project_blob SET project_id = $1', [other!.id]);
    await bench.sql('UPDATE quota SET used = 0 WHERE project_id <> $1', [other!.id]);
    await bench.service(ProjectDeletionService).delete({ id: other!.id, name: 'other' });
    expect(await bench.sql('SELECT FROM project_blob')).toEqual([]);
  });
});
