import type { JobPayload } from '@breakwater/contracts';
import { REDIS } from '@breakwater/platform';
import { RetentionJobRunner, RetentionRunsService } from '@breakwater/retention';
import { SignedTags } from '@breakwater/signed-tags';
import { fakeJobContext, type FakeJobContext } from '@breakwater/testing';
import type { Redis } from 'ioredis';
import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type Answer, type TestCore } from '../testing/test-core';

let core: TestCore;
let projectId: number;

beforeAll(async () => {
  core = await startTestCore();
  projectId = await core.createProject('kept');
  for (const [name, role] of Object.entries({ boss: 1, dev: 2, guest: 3, stranger: 0 })) {
    await core.createUser(name);
    if (role) await core.addMember('kept', name, role);
  }
});
afterAll(() => core.close());

const send = (method: string, path: string, body?: unknown, as = 'admin'): Promise<Answer> =>
  core.request(method, path, { as, body });
const idIn = ({ status, headers }: Answer): number => {
  expect(status).toBe(201);
  return Number(headers.location?.split('/').at(-1));
};

const rule = (template: string, parameter?: number, tags = '**', repositories = '**') => ({
  action: 'retain',
  template,
  params: parameter === undefined ? {} : { [template]: parameter },
  tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: tags, extras: '' }],
  scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: repositories }] },
});
const policy = (rules: unknown[], more: object = {}, ref = projectId) => ({
  algorithm: 'or',
  rules,
  trigger: { kind: 'Schedule', settings: { cron: '' }, references: {} },
  scope: { level: 'project', ref },
  ...more,
});

/** What the job service does with the tasks of a run. */
async function work(executionId: number): Promise<FakeJobContext[]> {
  const tasks = await core.database.query<{ id: number; payload: JobPayload<'RETENTION'> }>(
    'SELECT id, payload FROM task WHERE execution_id = $1 ORDER BY id',
    [executionId],
  );
  const contexts: FakeJobContext[] = [];
  for (const { id, payload } of tasks) {
    const context = fakeJobContext({
      executionId,
      taskId: id,
      advance: (_checkpoint, step) => core.database.transaction(async () => step?.()),
    });
    await core.app.get(RetentionJobRunner, { strict: false }).run(payload, context);
    contexts.push(context);
  }
  return contexts;
}

async function run(policyId: number, body: object = {}): Promise<FakeJobContext[]> {
  return work(idIn(await send('POST', `/retentions/${policyId}/executions`, { dry_run: false, ...body })));
}

async function tagsOf(repository: string): Promise<string[]> {
  const rows = await core.database.query<{ name: string }>(
    'SELECT t.name FROM tag t JOIN repository r ON r.id = t.repository_id WHERE r.name = $1 ORDER BY t.name',
    [repository],
  );
  return rows.map(({ name }) => name);
}

async function digestsOf(repository: string): Promise<string[]> {
  const rows = await core.database.query<{ digest: string }>(
    'SELECT a.digest FROM artifact a JOIN repository r ON r.id = a.repository_id WHERE r.name = $1',
    [repository],
  );
  return rows.map(({ digest }) => digest);
}

/** Pushed on the days given, counted back from now. */
async function push(repository: string, content: string, tags: Record<string, number>, subject?: string) {
  const artifact = await insertArtifact(core.database, { repository, content, tags: Object.keys(tags), subject });
  for (const [name, days] of Object.entries(tags))
    await core.database.query(
      `UPDATE tag SET push_time = now() - $3 * interval '1 day' WHERE artifact_id = $1 AND name = $2`,
      [artifact.id, name, days],
    );
  return artifact;
}

describe('retention policies', () => {
  it('tell what rules are made of', async () => {
    const { body } = await core.request('GET', '/retentions/metadatas');
    expect(body.templates.map(({ rule_template: name }: { rule_template: string }) => name)).toEqual([
      'latestPushedK',
      'latestPulledN',
      'nDaysSinceLastPush',
      'nDaysSinceLastPull',
      'always',
    ]);
    expect(body.templates[0]).toEqual({
      rule_template: 'latestPushedK',
      display_text: 'the most recently pushed # artifacts',
      action: 'retain',
      params: [{ type: 'int', unit: 'COUNT', required: true }],
    });
    expect(body.tag_selectors[0].decorations).toEqual(['matches', 'excludes']);
  });

  it('are made, read, changed and deleted, and the project knows its own', async () => {
    const trigger = { kind: 'Schedule', settings: { cron: '0 0 3 * * *' } };
    const id = idIn(await send('POST', '/retentions', policy([rule('always')], { trigger }), 'dev'));
    const metadata = async () => (await send('GET', '/projects/kept')).body.metadata.retention_id;
    expect(await metadata()).toBe(String(id));
    const made = await send('GET', `/retentions/${id}`, undefined, 'dev');
    expect(made.body).toMatchObject({ id, algorithm: 'or', scope: { level: 'project', ref: projectId }, unit: 'tag' });
    expect(made.body.trigger.settings).toEqual({
      cron: '0 0 3 * * *',
      next_scheduled_time: expect.stringContaining('T03:00:00'),
    });
    expect(made.body.rules[0]).toMatchObject({ ...rule('always'), id: 1, disabled: false });
    expect((await send('POST', '/retentions', policy([]))).status).toBe(400);
    const changed = { ...policy([rule('latestPushedK', 2)], { keep_signed: true, unit: 'artifact' }), id };
    expect((await send('PUT', `/retentions/${id}`, changed)).status).toBe(200);
    const after = (await send('GET', `/retentions/${id}`)).body;
    expect(after).toMatchObject({ unit: 'artifact', keep_signed: true, trigger: { settings: { cron: '' } } });
    expect((await send('DELETE', '/projects/kept/metadatas/retention_id')).status).toBe(400);
    expect((await send('DELETE', `/retentions/${id}`)).status).toBe(200);
    expect(await metadata()).toBeUndefined();
    expect((await send('GET', `/retentions/${id}`)).status).toBe(404);
  });

  it.each([
    ['an unknown template', [rule('nonsense')], 400],
    ['a parameter that is missing', [{ ...rule('latestPushedK'), params: {} }], 400],
    ['a parameter below zero', [rule('latestPushedK', -1)], 400],
    ['a broken pattern', [rule('always', undefined, '{v')], 400],
    ['another action', [{ ...rule('always'), action: 'delete' }], 400],
    ['the same rule twice', [rule('latestPushedK', 3), rule('latestPushedK', 3)], 409],
    ['sixteen rules', Array.from({ length: 16 }, (_, n) => rule('latestPushedK', n)), 400],
    ['no selectors', [{ ...rule('always'), tag_selectors: [] }], 422],
  ])('refuse %s', async (_what, rules, status) => {
    expect((await send('POST', '/retentions', policy(rules))).status).toBe(status);
  });

  it('refuse another cron and another project', async () => {
    const trigger = { kind: 'Schedule', settings: { cron: '* * * * * *' } };
    expect((await send('POST', '/retentions', policy([], { trigger }))).status).toBe(400);
    expect((await send('GET', '/projects/kept')).body.metadata.retention_id).toBeUndefined();
    expect((await send('POST', '/retentions', policy([], {}, 987_654))).status).toBe(404);
  });
});

describe('who may not', () => {
  it.each([
    ['guest', 403],
    ['stranger', 403],
    [undefined, 401],
  ])('%s gets %s of every operation', async (as, status) => {
    const id = idIn(await send('POST', '/retentions', policy([rule('always')])));
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: true }));
    for (const [method, path, body] of [
      ['POST', '/retentions', policy([])],
      ['GET', `/retentions/${id}`],
      ['PUT', `/retentions/${id}`, policy([])],
      ['DELETE', `/retentions/${id}`],
      ['GET', `/retentions/${id}/executions`],
      ['POST', `/retentions/${id}/executions`, { dry_run: true }],
      ['PATCH', `/retentions/${id}/executions/${execution}`, { action: 'stop' }],
      ['GET', `/retentions/${id}/executions/${execution}/tasks`],
      ['GET', `/retentions/${id}/executions/${execution}/tasks/1`],
    ] as const)
      expect([method, path, (await core.request(method, path, { as, body })).status]).toEqual([method, path, status]);
    expect((await send('DELETE', `/retentions/${id}`)).status).toBe(200);
  });
});

describe('a run', () => {
  let id: number;
  const set = async (rules: unknown[], more: object = {}) =>
    expect((await send('PUT', `/retentions/${id}`, policy(rules, more))).status).toBe(200);

  beforeAll(async () => {
    id = idIn(await send('POST', '/retentions', policy([rule('always')])));
  });

  it('deletes what no rule keeps, tag by tag, and artifacts with their last tag', async () => {
    const both = await push('kept/app', 'app both', { v1: 1, 'build-1': 9 });
    const old = await push('kept/app', 'app old', { 'build-2': 8, 'build-3': 8 });
    await push('kept/untouched', 'untouched', { 'build-9': 9 });
    await set([rule('always', undefined, 'v*', 'app')]);

    const [dry] = await run(id, { dry_run: true });
    expect(dry!.outcome).toEqual({ total: 4, retained: 1 });
    expect(dry!.lines.filter((line) => line.includes('| DEL '))).toHaveLength(3);
    expect(dry!.lines.join('\n')).toMatch(/\| v1 +\|.*\| RETAIN +\| rule 1, always: always/);
    expect(await tagsOf('kept/app')).toHaveLength(4);

    const contexts = await run(id);
    expect(contexts).toHaveLength(1);
    expect(contexts[0]!.outcome).toEqual({ total: 4, retained: 1 });
    expect(await tagsOf('kept/app')).toEqual(['v1']);
    expect(await digestsOf('kept/app')).toEqual([both.digest]);
    expect(await tagsOf('kept/untouched')).toEqual(['build-9']);
    const events = await core.database.query<{ topic: string; payload: any }>( // eslint-disable-line @typescript-eslint/no-explicit-any -- events of every shape
      `SELECT topic, payload FROM outbox WHERE key = 'kept/app' ORDER BY id`,
    );
    const topics = events.map(({ topic }) => topic);
    expect(topics.toSorted()).toEqual(['artifact.deleted', 'retention.finished', 'tag.deleted', 'tag.deleted']);
    expect(topics.at(-1)).toBe('retention.finished');
    const deleted = events.find(({ topic }) => topic === 'artifact.deleted');
    expect(deleted!.payload).toMatchObject({ digest: old.digest, actor: { name: 'admin' } });
    expect(events[3]!.payload.report).toMatchObject({
      total: 4,
      retained: 1,
      project_name: 'kept',
      retention_policy_id: id,
      result: 'SUCCESS',
      retention_rule: [{ template: 'always', params: {} }],
    });
    expect(events[3]!.payload.report.deleted_artifact).toContainEqual({
      type: 'image',
      status: 'SUCCESS',
      name_tag: 'app:build-1',
      references: null,
    });
  });

  it('takes artifacts whole where the policy says so', async () => {
    await push('kept/whole', 'whole kept', { v1: 1, x: 9 });
    await push('kept/whole', 'whole gone', { y: 9, z: 9 });
    await push('kept/whole', 'whole bare', {});
    await set(
      [
        {
          ...rule('always', undefined, 'v*', 'whole'),
          tag_selectors: [{ decoration: 'matches', pattern: 'v*', extras: '{"untagged":false}' }],
        },
      ],
      { unit: 'artifact' },
    );
    expect((await run(id))[0]!.outcome).toEqual({ total: 3, retained: 1 });
    expect(await tagsOf('kept/whole')).toEqual(['v1', 'x']);
    expect(await digestsOf('kept/whole')).toHaveLength(1);
  });

  it('leaves what is immutable, signed, part of an index, or says something of another', async () => {
    await push('kept/held', 'held fixed', { fixed: 9 });
    const signed = await push('kept/held', 'held signed', { signed: 9 });
    await push('kept/held', 'held signature', {}, signed.digest);
    const child = await push('kept/held', 'held child', { child: 9 });
    await insertArtifact(core.database, {
      repository: 'kept/held',
      content: 'held index',
      tags: ['multi'],
      children: [child],
    });
    const immutable = { ...rule('immutable_template', undefined, 'fixed', 'held'), action: 'immutable' };
    expect((await send('POST', '/projects/kept/immutabletagrules', immutable)).status).toBe(201);
    await set([rule('always', undefined, 'multi', 'held')], { keep_signed: true });
    const [context] = await run(id);
    expect(context!.outcome).toEqual({ total: 4, retained: 3, retained_signed: 1 });
    expect(context!.lines.join('\n')).toMatch(/\| fixed +\|.*\| IMMUTABLE/);
    expect(await tagsOf('kept/held')).toEqual(['fixed', 'multi', 'signed']);
    expect(await digestsOf('kept/held')).toHaveLength(5);
  });

  it('waits until pulls are counted before it goes by them', async () => {
    const used = await push('kept/pulled', 'pulled used', { used: 9 });
    await push('kept/pulled', 'pulled unused', { unused: 9 });
    await set([rule('nDaysSinceLastPull', 1, '**', 'pulled')]);
    await core.app.get<Redis>(REDIS, { strict: false }).hset('pulls:pending', `a:${used.id}`, Date.now());
    expect((await run(id))[0]!.outcome).toEqual({ total: 2, retained: 1 });
    expect(await tagsOf('kept/pulled')).toEqual(['used']);
  });

  it('leaves a tag that was pushed while it looked', async () => {
    await push('kept/raced', 'raced a', { a: 9 });
    await push('kept/raced', 'raced b', { b: 9 });
    await set([rule('latestPushedK', 0, '**', 'raced')]);
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: false }));
    const context = fakeJobContext({
      executionId: execution,
      advance: async (_checkpoint, step) => {
        await core.database.query(
          `UPDATE tag SET push_time = now() FROM repository r WHERE r.id = repository_id AND r.name = 'kept/raced' AND tag.name = 'a'`,
        );
        await core.database.transaction(async () => step?.());
      },
    });
    await core.app
      .get(RetentionJobRunner, { strict: false })
      .run({ policyId: id, repository: 'kept/raced', dryRun: false }, context);
    expect(await tagsOf('kept/raced')).toEqual(['a']);
    expect(context.lines.filter((line) => line.startsWith('ERROR'))).toHaveLength(1);
    expect(context.outcome).toEqual({ total: 2, retained: 1 });
  });

  it('goes on where a worker died, and tells of it once', async () => {
    for (let n = 0; n < 45; n++) await push('kept/long', `long ${n}`, { [`t${n}`]: n });
    await set([rule('latestPushedK', 3, '**', 'long')]);
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: false }));
    const payload = { policyId: id, repository: 'kept/long', dryRun: false };
    const runner = core.app.get(RetentionJobRunner, { strict: false });
    let checkpoint: unknown;
    const dyingAfter = (steps: number) => {
      let step = 0;
      return fakeJobContext({
        executionId: execution,
        checkpoint,
        advance: async (next, effect) => {
          if (++step > steps) throw new Error('died');
          await core.database.transaction(async () => effect?.());
          checkpoint = JSON.parse(JSON.stringify(next));
        },
      });
    };
    // Three batches and the end; the last worker dies when everything was done but said.
    for (const steps of [1, 1, 1]) await expect(runner.run(payload, dyingAfter(steps))).rejects.toThrow('died');
    for (let again = 0; again < 2; again++) {
      const context = dyingAfter(9);
      await runner.run(payload, context);
      expect(context.outcome).toEqual({ total: 45, retained: 3 });
    }
    expect(await tagsOf('kept/long')).toEqual(['t0', 't1', 't2']);
    const events = await core.database.query<{ payload: { report: { deleted_artifact: unknown[] } } }>(
      `SELECT payload FROM outbox WHERE key = 'kept/long' AND topic = 'retention.finished'`,
    );
    expect(events.map(({ payload: { report } }) => report.deleted_artifact.length)).toEqual([42]);
  });

  it('asks before it deletes more than the policy lets happen unseen', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await push('kept/many', `many ${name}`, { [name]: 9 });
    await set([rule('latestPushedK', 1, '**', 'many')], { confirm_above: 50 });
    const refused = await send('POST', `/retentions/${id}/executions`, { dry_run: false });
    expect(refused.status).toBe(412);
    expect(refused.body.errors[0].message).toContain('would delete 3 of 4, more than 50 %');
    const runs = core.app.get(RetentionRunsService, { strict: false });
    const scheduled = await runs.start(id, {
      trigger: 'SCHEDULE',
      dryRun: false,
      operator: 'retention',
      key: 'test-1',
    });
    const [shown] = (await send('GET', `/retentions/${id}/executions`)).body;
    expect(shown).toMatchObject({ id: scheduled, trigger: 'SCHEDULE', dry_run: true, needs_confirmation: true });
    await work(scheduled!);
    expect(await tagsOf('kept/many')).toHaveLength(4);
    await run(id, { confirm: true });
    expect(await tagsOf('kept/many')).toHaveLength(1);
  });

  it('is listed with its tasks and their logs, and stops', async () => {
    await set([rule('always')]);
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: true }, 'dev'));
    const path = `/retentions/${id}/executions/${execution}`;
    const listed = await send('GET', `/retentions/${id}/executions?page_size=1`, undefined, 'dev');
    expect(Number(listed.headers['x-total-count'])).toBeGreaterThan(1);
    expect(listed.body[0]).toMatchObject({
      id: execution,
      policy_id: id,
      status: 'Running',
      trigger: 'MANUAL',
      dry_run: true,
    });
    const tasks = (await send('GET', `${path}/tasks`, undefined, 'dev')).body;
    expect(tasks.map(({ repository }: { repository: string }) => repository)).toContain('kept/app');
    expect(tasks[0]).toMatchObject({
      execution_id: execution,
      status: 'Pending',
      status_code: 0,
      total: 0,
      retained: 0,
    });
    await core.database.query('INSERT INTO task_log (task_id, sequence, text) VALUES ($1, 1, $2)', [
      tasks[0].id,
      'kept\n',
    ]);
    const log = await send('GET', `${path}/tasks/${tasks[0].id}`, undefined, 'dev');
    expect(log).toMatchObject({ status: 200, body: 'kept\n' });
    expect(log.headers['content-type']).toContain('text/plain');
    expect((await send('GET', `${path}/tasks/987654`)).status).toBe(404);
    expect((await send('PATCH', path, { action: 'pause' })).status).toBe(422);
    expect((await send('PATCH', path, { action: 'stop' }, 'dev')).status).toBe(200);
    expect((await send('GET', `${path}/tasks`)).body[0]).toMatchObject({ status: 'Stopped', status_code: 3 });
  });

  it('ends with a change of its policy', async () => {
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: false }));
    await set([rule('latestPushedK', 7)]);
    const [shown] = (await send('GET', `/retentions/${id}/executions`)).body;
    expect(shown).toMatchObject({ id: execution, status: 'Stopped' });
  });

  it('is not one of another policy', async () => {
    const other = await core.createProject('elsewhere');
    const theirs = idIn(await send('POST', '/retentions', policy([rule('always')], {}, other)));
    const execution = idIn(await send('POST', `/retentions/${id}/executions`, { dry_run: true }));
    const path = `/retentions/${theirs}/executions/${execution}`;
    expect((await send('GET', `${path}/tasks`)).status).toBe(404);
    expect((await send('PATCH', path, { action: 'stop' })).status).toBe(404);
  });
});

describe('tags that Notary signs', () => {
  const gun = 'registry.example.com/signed-tags/app';
  let signedProject: number;
  let id: number;

  beforeAll(async () => {
    signedProject = await core.createProject('signed-tags');
    for (const [index, tag] of ['v1', 'v2', 'v3'].entries())
      await push('signed-tags/app', `signed ${tag}`, { [tag]: 9 - index });
    await core.database.query(
      `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, 'signed-tags/app', '["root"]', now())`,
      [gun],
    );
    await core.database.query(
      `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
       SELECT $1, 'targets', name, repeat('a', 64), 10, '["key"]', now() + days * interval '1 day', now()
       FROM (VALUES ('v1', 1), ('v2', -1)) AS signed (name, days)`,
      [gun],
    );
    id = idIn(await send('POST', '/retentions', policy([rule('latestPushedK', 0)], {}, signedProject)));
  });

  it('stay, are counted and told of, in dry runs too', async () => {
    expect((await send('GET', `/retentions/${id}`)).body.keep_notary_signed).toBe(true);
    const [dry] = await run(id, { dry_run: true });
    expect(dry!.outcome).toEqual({ total: 3, retained: 1, retained_signed: 1 });
    expect(dry!.lines).toContain('1 would stay for their signatures alone');
    expect(dry!.lines.find((line) => line.includes('| v1 '))).toContain(`signed: Notary names v1 (${gun}, targets)`);
    const [real] = await run(id);
    expect(real!.outcome).toEqual({ total: 3, retained: 1, retained_signed: 1 });
    expect(real!.lines).toContain('1 stay for their signatures alone');
    expect(await tagsOf('signed-tags/app')).toEqual(['v1']);
  });

  it('stay when they were signed after it was decided', async () => {
    await push('signed-tags/app', 'signed v4', { v4: 3 });
    const start = core.app.get(RetentionRunsService, { strict: false });
    const execution = await start.start(id, { trigger: 'MANUAL', dryRun: false, operator: 'admin' });
    const verdicts = core.app.get(SignedTags, { strict: false });
    // The verdict finds nothing signed, as if the publication came a moment later.
    jest.spyOn(verdicts, 'of').mockResolvedValueOnce([]);
    const [context] = await work(execution!);
    expect(context!.lines.some((line) => line.startsWith('ERROR') && line.includes('the tag v1 with signature'))).toBe(
      true,
    );
    expect(await tagsOf('signed-tags/app')).toEqual(['v1']);
  });

  it('go when the policy says so', async () => {
    const changed = policy([rule('latestPushedK', 0)], { keep_notary_signed: false }, signedProject);
    expect((await send('PUT', `/retentions/${id}`, { ...changed, id })).status).toBe(200);
    const [context] = await run(id);
    expect(context!.outcome).toEqual({ total: 1, retained: 0 });
    expect(await tagsOf('signed-tags/app')).toEqual([]);
  });
});
