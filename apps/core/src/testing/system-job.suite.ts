import { ExecutionsService } from '@breakwater/executions';
import type { Answer, TestCore } from './test-core';

/** What the API of a job that the system has one of does alike: by hand, on its schedule, and what is not there. */
export interface SystemJobApi {
  /** `/system/gc` */
  path: string;
  vendorType: string;
  /** What a run is given, and what it is shown with. */
  given: Record<string, unknown>;
  shown: Record<string, unknown>;
}

const base = '/api/v2.0';

/** Calls of the job's API as an administrator. */
export function systemJobCalls(core: () => TestCore, { path, given }: Pick<SystemJobApi, 'path' | 'given'>) {
  const request = (method: string, url: string, body?: unknown): Promise<Answer> =>
    core().request(method, url, { as: 'admin', body });
  const set = (method: string, schedule: object, parameters: object | null = given): Promise<Answer> =>
    request(method, `${path}/schedule`, { schedule, parameters });
  return { request, set };
}

export function itRunsByHand(core: () => TestCore, job: SystemJobApi): void {
  const { request, set } = systemJobCalls(core, job);

  it('is in the history with what it was told, has a log, and can be stopped', async () => {
    const created = await set('POST', { type: 'Manual' });
    expect(created.status).toBe(201);
    const location = created.headers.location!.replace(base, '');
    const id = Number(location.split('/').at(-1));
    expect(location).toBe(`${job.path}/${id}`);
    const { body } = await request('GET', location);
    expect(body).toMatchObject({
      id,
      job_name: job.vendorType,
      job_kind: 'MANUAL',
      job_status: 'Running',
      schedule: { type: 'Manual' },
      deleted: false,
    });
    expect(JSON.parse(body.job_parameters)).toEqual(job.shown);
    expect(await request('GET', job.path)).toMatchObject({ headers: { 'x-total-count': '1' }, body: [{ id }] });
    expect(await request('GET', `${location}/log`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect((await request('PUT', location)).status).toBe(200);
    expect((await request('GET', location)).body).toMatchObject({ job_status: 'Stopped' });
    expect((await request('GET', `${job.path}?q=status%3DRunning`)).body).toEqual([]);
  });
}

export function itHasASchedule(core: () => TestCore, job: SystemJobApi): void {
  const { request, set } = systemJobCalls(core, job);
  const schedule = `${job.path}/schedule`;

  it('its schedule is made, shown, changed and ended', async () => {
    expect(await request('GET', schedule)).toMatchObject({ status: 200, body: {} });
    const created = await set('POST', { type: 'Daily', cron: '0 0 0 * * *' });
    expect(created).toMatchObject({ status: 201, headers: { location: `${base}${schedule}` } });
    const { body } = await request('GET', schedule);
    expect(body).toMatchObject({ job_name: job.vendorType, schedule: { type: 'Daily', cron: '0 0 0 * * *' } });
    expect(JSON.parse(body.job_parameters)).toEqual(job.shown);
    expect((await set('PUT', { type: 'Custom', cron: '0 5 3 * * *' })).status).toBe(200);
    expect((await request('GET', schedule)).body.schedule).toMatchObject({ cron: '0 5 3 * * *' });
    expect((await set('PUT', { type: 'Custom', cron: '0 5 3 * *' })).status).toBe(400);
    expect((await set('PUT', { type: 'None' })).status).toBe(200);
    expect((await request('GET', schedule)).body).toEqual({});
  });
}

export function itFindsOnlyItsOwnRuns(core: () => TestCore, path: string): void {
  it('is not found where there is none, nor in the runs of other jobs', async () => {
    const executions = core().app.get(ExecutionsService, { strict: false });
    const other = await executions.start({ vendorType: 'EXECUTION_SWEEP', trigger: 'MANUAL', tasks: [] });
    for (const id of [999_999, other])
      for (const [method, url] of [
        ['GET', `${path}/${id}`],
        ['PUT', `${path}/${id}`],
        ['GET', `${path}/${id}/log`],
      ] as const)
        expect((await core().request(method, url, { as: 'admin' })).status).toBe(404);
  });
}
