import { WebhookReceiver } from '@breakwater/testing';
import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { RepositoryClient } from './support/registry';
import { ended, startByHand, whilePaused } from './support/runs';
import { deliveredBy, policyFor } from './support/webhooks';

jest.setTimeout(60_000);

interface Queue {
  job_type: string;
  count: number;
  latency: number;
  paused: boolean;
}
interface Worker {
  pool_id: string;
  job_name: string;
  job_id: string;
}

const purge = '/system/purgeaudit';
const parameters = { audit_retention_hour: 240_000, include_event_types: 'create_artifact', dry_run: false };

describe('the job service', () => {
  let fixture: ProjectFixture;
  let api: Api;
  const receiver = new WebhookReceiver();

  beforeAll(async () => {
    fixture = await openProject('working');
    ({ api } = fixture);
    await receiver.start();
  });
  afterAll(() => receiver.stop());

  const queue = async (type: string) =>
    (await api.get<Queue[]>('/jobservice/queues')).find(({ job_type: name }) => name === type);
  const act = (type: string, action: string) => api.call('PUT', `/jobservice/queues/${type}`, { action });
  const workers = () => api.get<Worker[]>('/jobservice/pools/all/workers');

  itCovers(['listJobQueues', 'actionPendingJobs'], 'pauses a queue: its jobs wait until it is resumed', async () => {
    let there = '';
    await whilePaused(api, 'PURGE_AUDIT_LOG', async () => {
      there = await startByHand(api, purge, parameters);
      expect(await queue('PURGE_AUDIT_LOG')).toMatchObject({ paused: true, count: 1 });
    });
    expect(await ended(api, there)).toMatchObject({ job_status: 'Success' });
    expect(await queue('PURGE_AUDIT_LOG')).toEqual({
      job_type: 'PURGE_AUDIT_LOG',
      count: 0,
      latency: 0,
      paused: false,
    });
  });

  itCovers(['listJobQueues'], 'has a queue for each type of job, named as in Harbor where it has it', async () => {
    const types = (await api.get<Queue[]>('/jobservice/queues')).map(({ job_type: type }) => type);
    const harbors = [
      'EXECUTION_SWEEP',
      'GARBAGE_COLLECTION',
      'PURGE_AUDIT_LOG',
      'RETENTION',
      'SCHEDULER',
      'SLACK',
      'WEBHOOK',
    ];
    expect(types).toEqual(expect.arrayContaining(harbors));
    expect(new Set(types).size).toBe(types.length);
  });

  itCovers(['actionPendingJobs'], 'stops what waits in a queue', async () => {
    await whilePaused(api, 'PURGE_AUDIT_LOG', async () => {
      const there = await startByHand(api, purge, parameters);
      expectStatus(await act('PURGE_AUDIT_LOG', 'stop'), 200);
      expect(await api.get(there)).toMatchObject({ job_status: 'Stopped' });
      expect(await queue('PURGE_AUDIT_LOG')).toMatchObject({ count: 0 });
    });
    expectStatus(await act('PURGE_AUDIT_LOG', 'hurry'), 422);
    expectStatus(await act('NO_SUCH_QUEUE', 'pause'), 404);
  });

  itCovers(['getSchedulePaused', 'actionPendingJobs'], 'pauses every schedule', async () => {
    const paused = () => new Api(fixture.platform, fixture.stranger).get('/schedules/all/paused');
    expect(await paused()).toEqual({ paused: false });
    await whilePaused(api, 'SCHEDULER', async () => expect(await paused()).toEqual({ paused: true }));
    expect(await paused()).toEqual({ paused: false });
    expectStatus(await api.call('GET', '/schedules/GARBAGE_COLLECTION/paused'), 400);
  });

  itCovers(['listSchedules'], 'lists what runs again and again', async () => {
    const set = (type: string) => api.call('PUT', `${purge}/schedule`, { schedule: { type }, parameters });
    expectStatus(await set('Hourly'), 200);
    const listed = async () => {
      const answer = expectStatus(await api.call('GET', '/schedules?page_size=100'), 200);
      const schedules = answer.json<{ vendor_type: string; cron: string }[]>();
      expect(answer.headers['x-total-count']).toBe(String(schedules.length));
      return schedules.find(({ vendor_type: type }) => type === 'PURGE_AUDIT_LOG');
    };
    expect(await listed()).toMatchObject({ cron: '0 0 * * * *', vendor_id: -1 });
    expectStatus(await set('None'), 200);
    expect(await listed()).toBeUndefined();
  });

  itCovers(
    ['getWorkerPools', 'getWorkers', 'stopRunningJob', 'actionGetJobLog', 'followExecution'],
    'shows who runs a job, and stops it',
    async () => {
      const { project, platform, maintainer } = fixture;
      const policies = `/projects/${project}/webhook/policies`;
      receiver.slowMs = 60_000;
      const policy = await api.create(policies, policyFor('silence', receiver.url('/silence'), ['PUSH_ARTIFACT']));
      const repository = await RepositoryClient.open(platform, `${project}/app`, maintainer);
      await repository.pushImage('v1', uniqueLayer(1_024));
      await until('the delivery', () => receiver.asked.includes('/silence'), 30_000);

      const busy = (await workers()).find(({ job_name: name }) => name === 'WEBHOOK')!;
      const pools = await api.get<{ worker_pool_id: string; concurrency: number }[]>('/jobservice/pools');
      const pool = pools.find(({ worker_pool_id: id }) => id === busy.pool_id)!;
      expect(await api.get(`/jobservice/pools/${busy.pool_id}/workers`)).toHaveLength(pool.concurrency);
      // What a job logs is written a little later.
      await until('its log', async () => {
        const log = expectStatus(await api.call('GET', `/jobservice/jobs/${busy.job_id}/log`), 200);
        expect(log.headers['content-type']).toContain('text/plain');
        return log.text.includes(receiver.url('/silence'));
      });

      const [{ id }] = await api.get<[{ id: number }]>(`${policy}/executions`);
      const follow = api.call('GET', `/jobservice/executions/${id}/events`);
      expectStatus(await api.call('PUT', `/jobservice/jobs/${busy.job_id}`), 200);
      const followed = expectStatus(await follow, 200)
        .text.trimEnd()
        .split('\n');
      expect(followed.at(-2)).toBe('event: end');
      expect(JSON.parse(followed.at(-1)!.replace(/^data: /, ''))).toMatchObject({ id, status: 'Stopped' });
      expect(await deliveredBy(api, policy, 1)).toMatchObject([{ id, status: 'Stopped' }]);
      expect((await workers()).filter(({ job_id: job }) => job === busy.job_id)).toEqual([]);
      expectStatus(await api.call('GET', '/jobservice/jobs/999999999/log'), 404);
    },
  );

  it('is shown to administrators alone', async () => {
    expectStatus(await new Api(fixture.platform, fixture.maintainer).call('GET', '/jobservice/queues'), 403);
    expectStatus(await new Api(fixture.platform).call('GET', '/jobservice/pools'), 401);
  });
});
