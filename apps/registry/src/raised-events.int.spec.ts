import { SettingsService } from '@breakwater/settings';
import { PullEvents } from '@breakwater/webhooks';
import { digestOf } from '@breakwater/kernel';
import { randomBytes } from 'node:crypto';
import { configBytes, imageManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus } from './testing/repository-client';

let registry: RegistryUnderTest;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await auditPulls(false);
});
afterAll(() => registry.stop());
afterEach(async () => {
  await registry.sql('DELETE FROM webhook_policy');
  await registry.sql('DELETE FROM outbox');
});

const auditPulls = (audited: boolean) =>
  registry.replicas[0]!.app.get(SettingsService, { strict: false }).update({ pull_audit_log_disable: !audited });
const pullEvents = () => registry.replicas[0]!.app.get(PullEvents, { strict: false });
const raised = (topic: string) =>
  registry.sql<{ key: string; payload: Record<string, unknown> }>(
    'SELECT key, payload FROM outbox WHERE topic = $1 ORDER BY id',
    [topic],
  );

async function listen(projectId: number | null): Promise<void> {
  await registry.sql(
    `INSERT INTO webhook_policy (project_id, name, targets, event_types, creator) VALUES ($1, 'pulls', '[]', '{PULL_ARTIFACT}', 'admin')`,
    [projectId],
  );
  await pullEvents().refresh();
}

async function pushed(name: string) {
  const client = await registry.as(system, name);
  const config = configBytes({ author: name });
  await client.pushBlob(config);
  const manifest = imageManifest(config, []);
  expectStatus(await client.pushManifest(manifest, 'v1'), 201);
  return { client, digest: digestOf(manifest) };
}

describe('pulls', () => {
  it('are told of to who asked, warm and cold, by tag and by digest', async () => {
    const id = await registry.project('heard');
    await registry.project('unheard');
    const { client, digest } = await pushed('heard/app');
    const other = await pushed('unheard/app');
    await listen(id);
    for (let i = 0; i < 3; i++) expectStatus(await client.send('GET', '/manifests/v1'), 200);
    expectStatus(await client.send('GET', `/manifests/${digest}`), 200);
    expectStatus(await client.send('HEAD', '/manifests/v1'), 200);
    expectStatus(await other.client.send('GET', '/manifests/v1'), 200);
    await pullEvents().flush();
    const events = await raised('artifact.pulled');
    expect(events.map(({ payload }) => payload.tag)).toEqual(['v1', 'v1', 'v1', undefined]);
    expect(events[0]).toMatchObject({
      key: 'heard/app',
      payload: { projectId: id, project: 'heard', repository: 'heard/app', digest, actor: { name: 'test' } },
    });
  });

  it('are told of to nobody who did not ask, and of all projects to the system', async () => {
    await registry.project('quiet');
    const { client } = await pushed('quiet/app');
    await pullEvents().refresh();
    expectStatus(await client.send('GET', '/manifests/v1'), 200);
    await pullEvents().flush();
    expect(await raised('artifact.pulled')).toEqual([]);
    await listen(null);
    expectStatus(await client.send('GET', '/manifests/v1'), 200);
    await pullEvents().flush();
    expect(await raised('artifact.pulled')).toHaveLength(1);
  });

  it('are told of for the audit log, unless it is not to have them', async () => {
    await registry.project('audited');
    const { client } = await pushed('audited/app');
    await auditPulls(true);
    await pullEvents().refresh();
    expectStatus(await client.send('GET', '/manifests/v1'), 200);
    await pullEvents().flush();
    expect(await raised('artifact.pulled')).toEqual([
      { key: 'audited/app', payload: expect.objectContaining({ repository: 'audited/app', tag: 'v1' }) },
    ]);
    await auditPulls(false);
    await pullEvents().refresh();
  });

  it('too many at once are dropped and counted', async () => {
    const id = await registry.project('many');
    await listen(id);
    const actor = { name: 'x', address: '', userAgent: '' };
    const before = pullEvents().dropped;
    for (let i = 0; i < 1_005; i++) pullEvents().record({ repository: 'many/app', digest: `sha256:${i}`, actor });
    await pullEvents().flush();
    expect(pullEvents().dropped - before).toBe(5);
    const events = await raised('artifact.pulled');
    expect(events.map(({ payload }) => payload.digest)).toEqual(Array.from({ length: 1_000 }, (_, i) => `sha256:${i}`));
  });
});

describe('quotas', () => {
  it('warn once when a push brings usage over 85 %', async () => {
    const id = await registry.project('filling');
    const client = await registry.as(system, 'filling/app');
    await registry.sql('UPDATE quota SET hard = 1000000 WHERE project_id = $1', [id]);
    for (const size of [400_000, 440_000, 20_000, 20_000]) {
      const [config, layer] = [configBytes({ author: String(size) }), randomBytes(size)];
      await client.pushBlob(config);
      await client.pushBlob(layer);
      expectStatus(await client.pushManifest(imageManifest(config, [layer]), `v${size}`), 201);
    }
    expect(await raised('quota.warned')).toEqual([
      {
        key: 'filling/app',
        payload: expect.objectContaining({
          projectId: id,
          project: 'filling',
          repository: 'filling/app',
          tag: 'v20000',
          digest: expect.stringMatching(/^sha256:/),
          details: expect.stringContaining('quota usage reach 85%'),
        }),
      },
    ]);
  });

  it('tell of a push that was refused, though it left nothing behind', async () => {
    const id = await registry.project('full');
    const client = await registry.as(system, 'full/app');
    const [config, layer] = [configBytes({ author: 'full' }), randomBytes(2_000)];
    await client.pushBlob(config);
    await client.pushBlob(layer);
    await registry.sql('UPDATE quota SET hard = 1000 WHERE project_id = $1', [id]);
    for (let i = 0; i < 2; i++) expectStatus(await client.pushManifest(imageManifest(config, [layer]), 'v1'), 403);
    expect(await raised('quota.exceeded')).toEqual([
      {
        key: 'full/app',
        payload: expect.objectContaining({
          projectId: id,
          actor: expect.objectContaining({ name: 'test' }),
          tag: 'v1',
          details: expect.stringContaining('will exceed the configured upper limit'),
        }),
      },
    ]);
    expect(await raised('artifact.pushed')).toEqual([]);
  });
});
