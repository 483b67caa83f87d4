import { AppError } from '@breakwater/kernel';
import { actor, DeletionBench, image, index, type Item } from '../deletion/deleted-artifacts.suite';
import { LabelsService } from '../labels/labels.service';
import { ArtifactCopyService } from './artifact-copy.service';

let bench: DeletionBench;
let otherProject: number;
let [amd64, arm64, provenance, multi, signature, countersignature]: Item[] = [];

beforeAll(async () => {
  bench = await DeletionBench.start();
  otherProject = await bench.project('other');
  const config = await bench.blob(Buffer.from('{"os":"linux"}'), 'application/vnd.oci.image.config.v1+json');
  const base = await bench.blob(Buffer.alloc(1_000, 1));
  const top = await bench.blob(Buffer.alloc(500, 2));
  amd64 = image(config, [base]);
  arm64 = image(config, [base, top]);
  provenance = image(config, [await bench.blob(Buffer.from('{"predicate":{}}'), 'application/vnd.in-toto+json')]);
  multi = index([amd64, arm64, provenance], {
    [provenance.digest]: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': amd64.digest,
    },
  });
  signature = image(config, [], multi);
  countersignature = image(config, [top], signature);
});
afterAll(() => bench.bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.window(7);
});
afterEach(async () => expect(await bench.contradictions()).toEqual([]));

const pushAll = async (repository = 'bench/a'): Promise<void> => {
  for (const item of [amd64!, arm64!, provenance!]) await bench.push(repository, item);
  await bench.push(repository, multi!, 'v1');
  await bench.push(repository, multi!, 'latest');
  await bench.push(repository, signature!, `${multi!.digest.replace(':', '-')}.sig`);
  await bench.push(repository, countersignature!);
};
const copy = (from: string, item: Item, repository: string) =>
  bench.service(ArtifactCopyService).copy({
    from: { repository: from, digest: item.digest },
    to: { projectId: repository.startsWith('other/') ? otherProject : bench.projectId, repository },
    actor,
  });
const rows = (repository: string) =>
  bench.sql<{ digest: string; listed: boolean; tags: string }>(
    `SELECT a.digest, a.listed, coalesce((SELECT string_agg(t.name, ',' ORDER BY t.name) FROM tag t WHERE t.artifact_id = a.id), '') AS tags
     FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE r.name = $1 ORDER BY a.digest`,
    [repository],
  );
const accessories = (repository: string) =>
  bench.sql<{ digest: string; subject: string; type: string }>(
    `SELECT a.digest, c.subject_digest AS subject, c.type FROM accessory c JOIN artifact a ON a.id = c.artifact_id
     JOIN repository r ON r.id = c.repository_id WHERE r.name = $1 AND a.repository_id = r.id ORDER BY a.digest`,
    [repository],
  );
const used = async (projectId: number): Promise<number> =>
  (await bench.sql<{ used: number }>('SELECT used FROM quota WHERE project_id = $1', [projectId]))[0]!.used;
const topics = async () =>
  (await bench.sql<{ topic: string }>('SELECT topic FROM outbox ORDER BY id')).map(({ topic }) => topic);

describe('a copy', () => {
  it('has tags, children and accessories, without another byte', async () => {
    await pushAll();
    const blobs = await bench.sql('SELECT id, digest, storage_key FROM blob ORDER BY id');
    await bench.sql('DELETE FROM outbox');
    await copy('bench/a', multi!, 'other/deep/b');

    expect(await rows('other/deep/b')).toEqual(await rows('bench/a'));
    expect(await rows('other/deep/b')).toHaveLength(6);
    expect((await rows('other/deep/b')).filter(({ listed }) => listed)).toEqual([
      { digest: multi!.digest, listed: true, tags: 'latest,v1' },
    ]);
    expect(await accessories('other/deep/b')).toEqual(await accessories('bench/a'));
    expect(await accessories('other/deep/b')).toContainEqual({
      digest: provenance!.digest,
      subject: amd64!.digest,
      type: 'attestation.buildkit',
    });
    expect(await bench.sql('SELECT id, digest, storage_key FROM blob ORDER BY id')).toEqual(blobs);
    expect(await used(otherProject)).toBe(await bench.used());
    expect(await topics()).toEqual(Array(6).fill('artifact.pushed'));
    const history = await bench.sql(
      `SELECT h.name, h.new_digest, h.actor FROM tag_history h JOIN repository r ON r.id = h.repository_id
       WHERE r.name = 'other/deep/b' AND h.name = 'v1'`,
    );
    expect(history).toEqual([{ name: 'v1', new_digest: multi!.digest, actor: 'tester' }]);
  });

  it('made again changes nothing, and brings what is new', async () => {
    await pushAll();
    await copy('bench/a', multi!, 'other/b');
    const before = [await rows('other/b'), await used(otherProject)];
    await bench.sql('DELETE FROM outbox');
    await copy('bench/a', multi!, 'other/b');
    expect([await rows('other/b'), await used(otherProject)]).toEqual(before);
    expect(await topics()).toEqual([]);
    await bench.push('bench/a', multi!, 'v2');
    await copy('bench/a', multi!, 'other/b');
    expect((await rows('other/b')).find(({ listed }) => listed)?.tags).toBe('latest,v1,v2');
  });

  it('within a project costs nothing of its quota', async () => {
    await pushAll();
    const before = await bench.used();
    await copy('bench/a', multi!, 'bench/b');
    await copy('bench/a', amd64!, 'bench/a');
    expect(await bench.used()).toBe(before);
    await bench.window(0);
    await bench.deleteRepository('bench/a');
    expect(await bench.used()).toBe(before);
    expect(await rows('bench/b')).toHaveLength(6);
  });

  it('of a child alone leaves the index where it is', async () => {
    await pushAll();
    await copy('bench/a', arm64!, 'bench/b');
    expect(await rows('bench/b')).toEqual([{ digest: arm64!.digest, listed: true, tags: '' }]);
    await copy('bench/a', amd64!, 'bench/c');
    expect((await rows('bench/c')).map(({ digest }) => digest).sort()).toEqual(
      [amd64!.digest, provenance!.digest].sort(),
    );
  });

  it('takes the place of what was deleted there, and is counted once', async () => {
    await pushAll();
    await copy('bench/a', amd64!, 'other/b');
    const before = await used(otherProject);
    await bench.delete('other/b', amd64!);
    expect(await used(otherProject)).toBe(before);
    await copy('bench/a', amd64!, 'other/b');
    expect(await used(otherProject)).toBe(before);
  });

  it('keeps garbage collection from blobs that were about to go', async () => {
    await pushAll();
    await bench.sql(`UPDATE blob SET status = 'delete'`);
    await copy('bench/a', multi!, 'other/b');
    const marked = await bench.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM blob b WHERE status <> 'none' AND EXISTS (SELECT FROM artifact_blob WHERE blob_id = b.id)`,
    );
    expect(marked).toEqual([{ count: 0 }]);
  });
});

describe('a copy that is refused leaves nothing', () => {
  const refused = async (attempt: Promise<unknown>, code: string): Promise<void> => {
    await expect(attempt).rejects.toMatchObject({ code });
    expect(await bench.sql(`SELECT name FROM repository WHERE name = 'other/b'`)).toEqual([]);
    expect(await used(otherProject)).toBe(0);
  };

  it('of what is not there', async () => {
    await refused(copy('bench/a', amd64!, 'other/b'), 'NOT_FOUND');
    await pushAll();
    await refused(copy('bench/other', amd64!, 'other/b'), 'NOT_FOUND');
  });

  it('of an accessory by itself', async () => {
    await pushAll();
    await refused(copy('bench/a', signature!, 'other/b'), 'DENIED');
    await refused(copy('bench/a', provenance!, 'other/b'), 'DENIED');
  });

  it('beyond the quota, and that is told', async () => {
    await pushAll();
    await bench.sql('UPDATE quota SET hard = 100 WHERE project_id = $1', [otherProject]);
    await bench.sql('DELETE FROM outbox');
    await refused(copy('bench/a', multi!, 'other/b'), 'DENIED');
    expect(await topics()).toEqual(['quota.exceeded']);
  });

  it('while a blob is being removed', async () => {
    await pushAll();
    await bench.sql(`UPDATE blob SET status = 'deleting' WHERE size = 1000`);
    await refused(copy('bench/a', multi!, 'other/b'), 'PRECONDITION');
    await bench.sql(`UPDATE blob SET status = 'none'`);
  });
});

it('races with deletions, pushes and copies the other way, and nothing is ever half there', async () => {
  await bench.window(0);
  const attempt = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => {
        if (error instanceof AppError && error.status < 500) return 'refused';
        throw error;
      },
    );
  const outcomes: string[] = [];
  for (let round = 0; round < 12; round++) {
    await pushAll();
    await pushAll('other/a');
    const work = [
      copy('bench/a', multi!, 'other/b'),
      copy('other/a', multi!, 'bench/b'),
      copy('bench/a', arm64!, 'other/a'),
      bench.deleteRepository(round % 2 ? 'bench/a' : 'other/a'),
      bench.push('other/b', amd64!, `r${round}`),
      bench.deleteRepository('bench/b'),
    ];
    outcomes.push(...(await Promise.all(work.map(attempt))));
    expect(await bench.contradictions()).toEqual([]);
  }
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBeGreaterThan(36);
});

it('labels are on an artifact again that was deleted and restored, and not on its copy', async () => {
  const labels = bench.service(LabelsService);
  const id = await labels.create(null, { name: 'checked', description: '', color: '#fff' });
  const gone = await labels.create(bench.projectId, { name: 'gone', description: '', color: '' });
  await bench.push('bench/a', amd64!, 'v1');
  const [artifact] = await bench.sql<{ id: number; projectId: number }>(
    'SELECT id, project_id AS "projectId" FROM artifact',
  );
  await labels.attach(id, artifact!);
  await labels.attach(gone, artifact!);
  await copy('bench/a', amd64!, 'bench/b');
  await bench.delete('bench/a', amd64!);
  await labels.delete(gone);
  await bench.restore('bench/a', amd64!);
  expect(await bench.sql('SELECT label_id, artifact_id FROM label_reference')).toEqual([
    { label_id: id, artifact_id: artifact!.id },
  ]);
});
