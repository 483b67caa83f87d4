import { Changes } from '@breakwater/coherence';
import { Database, QueueModule, RedisModule } from '@breakwater/platform';
import { fakeJobContext, startTestModules, testRedis, type FakeJobContext } from '@breakwater/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { actor, DeletionBench, image, index, type Item } from '../deletion/deleted-artifacts.suite';
import { ProjectRemovalModule } from './project-removal.module';
import { ProjectRemovalService } from './project-removal.service';

/** What fills projects, and beside it what empties them, as registry and job service are two processes. */
let bench: DeletionBench;
let app: INestApplicationContext;
let items: Item[];
let projectId: number;

beforeAll(async () => {
  bench = await DeletionBench.start();
  projectId = bench.projectId;
  const url = bench.bench.url;
  app = await startTestModules(url, {
    imports: [RedisModule.forRoot(testRedis()), QueueModule.forRoot(testRedis()), ProjectRemovalModule],
  });
  const config = await bench.blob(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
  const layer = await bench.blob(Buffer.alloc(1_000, 7));
  const images = [image(config, []), image(config, [layer])];
  items = [...images, index(images), image(config, [layer], images[0])];
});
afterAll(async () => {
  await app.close();
  await bench.bench.close();
});

const removal = () => app.get(ProjectRemovalService, { strict: false });
const payload = (deleteImmutable = false) => ({ projectId, project: 'bench', deleteImmutable, actor });

/** `cut` ends the run after so many steps. */
function jobContext({ checkpoint, cut }: { checkpoint?: unknown; cut?: number } = {}): FakeJobContext {
  const context = fakeJobContext({ checkpoint }, app.get(Database, { strict: false }));
  let steps = 0;
  const advance: FakeJobContext['advance'] = async (reached, work) => {
    if (steps++ === cut) throw new Error('cut off');
    await context.advance(reached, work);
  };
  return { ...context, advance };
}

async function fill(): Promise<void> {
  for (const repository of ['bench/a', 'bench/b'])
    for (const item of items) await bench.push(repository, item, `t${items.indexOf(item)}`);
  await bench.delete('bench/b', items[3]!);
}

it('spares immutable tags unless told otherwise, and refuses to begin', async () => {
  const selector = { kind: 'doublestar', decoration: 'matches', pattern: 't1' };
  const repository = [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }];
  const rule = { disabled: false, tag_selectors: [selector], scope_selectors: { repository } };
  await bench.sql(`INSERT INTO immutable_rule (project_id, rule, selector_digest) VALUES ($1, $2, 'x')`, [
    projectId,
    JSON.stringify(rule),
  ]);
  await fill();
  const project = { id: projectId, name: 'bench' };
  await expect(removal().start(project, { deleteImmutable: false, actor })).rejects.toMatchObject({
    code: 'PRECONDITION',
    params: { tag: 'bench/a:t1' },
  });
  await expect(removal().run(payload(), jobContext())).rejects.toMatchObject({ code: 'PRECONDITION' });
  expect(await bench.live()).toEqual(expect.arrayContaining([expect.stringMatching(/^bench\/a@\S+ t1$/)]));
  expect(await bench.contradictions()).toEqual([]);
  const id = await removal().start(project, { deleteImmutable: true, actor });
  await expect(removal().start(project, { deleteImmutable: true, actor })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(id).toBeGreaterThan(0);
});

it('empties a project batch by batch, wherever it was cut off, and deletes it', async () => {
  // As the API does it, so that the other process forgets the rule.
  await bench.service(Changes).around([`project:${projectId}`], () => bench.sql('DELETE FROM immutable_rule'));
  await fill();
  const [left] = await bench.sql<{ artifacts: number }>('SELECT count(*)::int AS artifacts FROM artifact');
  expect(left!.artifacts).toBe(7);
  await bench.sql('DELETE FROM outbox');
  for (let cut = 0; cut < 3; cut++) {
    await expect(removal().run(payload(), jobContext({ cut }))).rejects.toThrow('cut off');
    expect(await bench.contradictions()).toEqual([]);
  }
  const context = jobContext();
  await removal().run(payload(), context);
  expect(await bench.sql('SELECT FROM project')).toEqual([]);
  for (const table of ['repository', 'artifact', 'deleted_artifact', 'project_blob', 'quota'])
    expect(await bench.sql(`SELECT FROM ${table}`)).toEqual([]);
  const topics = await bench.sql<{ topic: string; count: number }>(
    'SELECT topic, count(*)::int AS count FROM outbox GROUP BY topic ORDER BY topic',
  );
  expect(topics).toEqual([
    { topic: 'action.audited', count: 1 },
    { topic: 'artifact.deleted', count: 7 },
    { topic: 'artifact.purged', count: 1 },
    { topic: 'repository.deleted', count: 3 },
  ]);
  // The same run again, as after a crash between its last step and its end.
  const again = jobContext({ checkpoint: context.checkpoints.at(-1) });
  await removal().run(payload(), again);
  expect(again.checkpoints).toEqual([]);
});

it('begins anew when something is pushed meanwhile, and does not go on for ever', async () => {
  const [project] = await bench.sql<{ id: number }>(
    `INSERT INTO project (name, owner_id) SELECT 'busy', id FROM user_account RETURNING id`,
  );
  await bench.sql('INSERT INTO quota (project_id) VALUES ($1)', [project!.id]);
  let pushes = 0;
  const context = jobContext();
  const advance = context.advance.bind(context);
  context.advance = async (checkpoint, work) => {
    // The last step finds what was pushed just before it.
    if (checkpoint !== null)
      await bench.sql('INSERT INTO repository (project_id, name, first_push_time) VALUES ($1, $2, now())', [
        project!.id,
        `busy/app-${pushes++}`,
      ]);
    await advance(checkpoint, work);
  };
  const busy = { projectId: project!.id, project: 'busy', deleteImmutable: false, actor };
  await expect(removal().run(busy, context)).rejects.toThrow('again and again');
  expect(pushes).toBe(20);
  expect(context.lines).toContain('something was pushed meanwhile');
  expect(await bench.sql('SELECT FROM project')).toHaveLength(1);
});
