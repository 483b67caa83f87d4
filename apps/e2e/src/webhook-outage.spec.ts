import { WebhookReceiver } from '@breakwater/testing';
import { rmSync } from 'node:fs';
import { Api } from './support/api';
import { uniqueLayer } from './support/images';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { until } from './support/ports';
import { processTree } from './support/processes';
import { RepositoryClient } from './support/registry';
import { type DefaultBody } from './support/webhook-subscription';

jest.setTimeout(300_000);

const project = 'outage';
const repositories = ['one', 'two', 'three'];
/** Of each repository: pushes, and deletions of all but the last. */
const pushes = 8;

/** `PUSH_ARTIFACT v0`, with the digest where a deletion left no tag to name. */
const label = ({ type, event_data: { resources } }: DefaultBody): string => `${type} ${resources![0]!.tag}`;

/** A platform of its own, for its job service is killed. */
describe('a receiver of webhooks that is away', () => {
  const folder = makePlatformFolder();
  const receiver = new WebhookReceiver();
  let running: Running;
  let api: Api;

  beforeAll(async () => {
    await receiver.start();
    // Tasks of a worker that was killed are somebody else's after five seconds instead of thirty.
    running = await startPlatform({ folder, env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1', JOB_LEASE_SECONDS: '5' } });
    api = new Api(running.platform, running.platform.admin);
    await api.createProject(project);
  });
  afterAll(async () => {
    await running?.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function killJobservice(): Promise<void> {
    const found = () =>
      processTree(running.platform.pid).find(({ commandLine }) => commandLine.includes('apps/jobservice/'));
    const before = found()!;
    process.kill(before.pid, 'SIGKILL');
    await until('another job service', () => (found()?.pid ?? before.pid) !== before.pid, 30_000);
  }

  /** Answers what is to arrive, in order. */
  async function cause(name: string, after: (event: number) => Promise<void>): Promise<string[]> {
    const client = await RepositoryClient.open(running.platform, `${project}/${name}`, running.platform.admin);
    const expected: string[] = [];
    for (let i = 0; i < pushes; i++) {
      const digest = await client.pushImage(`v${i}`, uniqueLayer(64));
      expected.push(`PUSH_ARTIFACT v${i}`);
      if (i < pushes - 1) {
        const deleted = await client.send('DELETE', `manifests/${digest}`);
        expect(deleted.status).toBe(202);
        expected.push(`DELETE_ARTIFACT v${i}`);
      }
      await after(expected.length);
    }
    return expected;
  }

  /** The first arrival of each event, in the order of arrival. */
  function heard(path: string, name: string): string[] {
    const ids = new Set<string>();
    return receiver.on<DefaultBody>(path, `${project}/${name}:`).flatMap(({ body }) => {
      if (ids.has(body.event_id)) return [];
      ids.add(body.event_id);
      return [label(body)];
    });
  }

  it('hears of everything, in order, and of nothing twice but under the same id, though the job service is killed', async () => {
    const targets = ['/a', '/b'].map((path) => ({ type: 'http', address: receiver.url(path) }));
    const events = ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'];
    await api.create(`/projects/${project}/webhook/policies`, {
      name: 'all',
      enabled: true,
      event_types: events,
      targets,
    });
    const client = await RepositoryClient.open(running.platform, `${project}/before`, running.platform.admin);
    await client.pushImage('v0', uniqueLayer(64));
    await until('the first event', () => receiver.delivered.length === 2, 30_000);

    await receiver.stop();
    let killed = false;
    const expected = await Promise.all(
      repositories.map((name, index) =>
        cause(name, async (event) => {
          if (index > 0 || event < pushes || killed) return;
          killed = true;
          await killJobservice();
        }),
      ),
    );
    const total = expected.flat().length;
    expect(total).toBeGreaterThanOrEqual(30);
    // It comes back as many do: first unwell, then slow.
    receiver.status = 503;
    await receiver.start();
    await until('refused attempts', () => receiver.refused > 0, 60_000);
    receiver.slowMs = 100;
    receiver.status = 200;
    await until('some to arrive', () => receiver.delivered.length > 2 + total / 3, 120_000);
    await killJobservice();
    const complete = () =>
      repositories.every((name, index) =>
        ['/a', '/b'].every((path) => heard(path, name).length >= expected[index]!.length),
      );
    await until('everything', complete, 120_000);
    for (const path of ['/a', '/b'])
      for (const [index, name] of repositories.entries()) expect(heard(path, name)).toEqual(expected[index]);

    // A repeat comes right after the first: nothing that is older is heard of after something newer.
    for (const path of ['/a', '/b'])
      for (const name of repositories) {
        const ids = receiver.on<DefaultBody>(path, `${project}/${name}:`).map(({ body }) => body.event_id);
        expect(ids.filter((id, at) => id !== ids[at - 1])).toEqual([...new Set(ids)]);
      }
  });
});
