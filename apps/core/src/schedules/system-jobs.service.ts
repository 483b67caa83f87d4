import { cronOf, ExecutionsService, SchedulesService, type Schedule } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Injectable, type StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { JobLogs } from '../live';
import { listOptions, Page, type Paging } from '../rest';
import { toHistory, type ScheduleDto } from './schedule.dto';

/** A job that the system has one of: it is run by hand or on its schedule, and has a history. */
export interface SystemJob<Parameters extends Record<string, unknown>> {
  vendorType: string;
  /** Kept with the schedule and shown as they are. Throws BAD_REQUEST. */
  read: (parameters: Record<string, unknown>) => Parameters;
  /** Starts it by hand. Returns the execution's id. */
  start: (parameters: Parameters) => Promise<number | undefined>;
}

/** What garbage collection, purge and their like have in common on the wire. */
@Injectable()
export class SystemJobs {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly schedules: SchedulesService,
    private readonly logs: JobLogs,
  ) {}

  /**
   * Runs the job, sets its schedule or ends it. Returns the execution's id when it runs. Throws BAD_REQUEST, and CONFLICT
   * when it may only make a schedule (`ifNone`) and there is one.
   */
  async apply<Parameters extends Record<string, unknown>>(
    { schedule: { type, cron }, parameters }: ScheduleDto,
    { vendorType, ...job }: SystemJob<Parameters>,
    { ifNone = false } = {},
  ): Promise<number | undefined> {
    if (type === 'None') return void (await this.schedules.remove(vendorType));
    const read = job.read(parameters ?? {});
    if (type === 'Manual') return job.start(read);
    const schedule = { vendorType, cronType: type, cron: cronOf(type, cron ?? undefined), parameters: read };
    if (!ifNone) return void (await this.schedules.set(schedule));
    if ((await this.schedules.ensure(schedule)) === undefined)
      throw new AppError('CONFLICT', 'there is a schedule already: change it with PUT', { reason: 'schedule.exists' });
    return undefined;
  }

  schedule(vendorType: string): Promise<Schedule | undefined> {
    return this.schedules.find(vendorType);
  }

  async history(vendorType: string, query: Paging & { q?: string; sort?: string }) {
    const { items, total } = await this.executions.list({ vendorTypes: [vendorType] }, listOptions(query));
    return new Page(items.map(toHistory), total, query);
  }

  /** Throws NOT_FOUND. */
  async get(vendorType: string, id: number) {
    return toHistory(await this.executions.get(id, { vendorTypes: [vendorType] }));
  }

  /** Throws NOT_FOUND. */
  async stop(vendorType: string, id: number): Promise<void> {
    await this.executions.stop(id, { vendorTypes: [vendorType] });
  }

  /** As text or live, as the request asks for. Throws NOT_FOUND. */
  log(vendorType: string, id: number, request: FastifyRequest): Promise<StreamableFile> {
    return this.logs.ofExecution(id, { vendorTypes: [vendorType] }, request);
  }
}
