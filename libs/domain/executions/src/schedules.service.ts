import { Broadcast, Database, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { nextTime } from './cron';
import type { Schedule } from './schedule.entity';
import { SchedulesRepository } from './schedules.repository';

export interface NewSchedule {
  /** A job's type, as in Harbor. */
  vendorType: string;
  /** The policy's id; -1 where there is only one of the kind. */
  vendorId?: number;
  /** Hourly, Daily, Weekly or Custom. */
  cronType: string;
  /** Six fields, UTC. */
  cron: string;
  /** What its executions are started with. */
  parameters: Record<string, unknown>;
}

/** One schedule at most for each vendor. Who fires them is the job service; what that starts, its vendor's library says. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly database: Database,
    private readonly schedules: SchedulesRepository,
    private readonly broadcast: Broadcast,
  ) {}

  /** Makes the vendor's schedule, or another one of it. Returns its id. Throws BAD_REQUEST for a cron that is not understood. */
  async set({ vendorId = -1, ...schedule }: NewSchedule): Promise<number> {
    const content = { ...schedule, vendorId, nextTime: nextTime(schedule.cron, new Date()) };
    return this.database.transaction(async () => {
      const id = await this.schedules.upsert(content);
      this.announce();
      return id;
    });
  }

  /** Makes the vendor's schedule unless it has one: then undefined. Throws BAD_REQUEST as `set` does. */
  async ensure({ vendorId = -1, ...schedule }: NewSchedule): Promise<number | undefined> {
    const content = { ...schedule, vendorId, nextTime: nextTime(schedule.cron, new Date()) };
    return this.database.transaction(async () => {
      const id = await this.schedules.insert(content);
      if (id !== undefined) this.announce();
      return id;
    });
  }

  find(vendorType: string, vendorId = -1): Promise<Schedule | undefined> {
    return this.schedules.find(vendorType, vendorId);
  }

  /** One that does not exist is no error. */
  remove(vendorType: string, vendorId = -1): Promise<void> {
    return this.database.transaction(async () => {
      await this.schedules.delete(vendorType, vendorId);
      this.announce();
    });
  }

  list(options: ListOptions): Promise<{ items: Schedule[]; total: number }> {
    return this.schedules.list(options);
  }

  /**
   * Moves the schedule on from an instant that has come; true for the one caller who did. Call it in the transaction that
   * starts the execution of that instant. An instant that was missed is made up for once, not as often as it was missed.
   */
  advance(schedule: Pick<Schedule, 'id' | 'cron' | 'nextTime'>): Promise<boolean> {
    // Not before its own instant, for this clock may be behind.
    const now = new Date(Math.max(Date.now(), schedule.nextTime.getTime()));
    return this.database.transaction(() =>
      this.schedules.advance(schedule.id, schedule.nextTime, nextTime(schedule.cron, now)),
    );
  }

  /** Those whose instant has come, the longest ago first. */
  due(limit: number): Promise<Schedule[]> {
    return this.schedules.due(limit);
  }

  all(): Promise<Schedule[]> {
    return this.schedules.all();
  }

  /** Who hears it looks into Postgres: it is told when there is something new to be seen. */
  private announce(): void {
    this.database.afterTransaction({ committed: () => this.broadcast.emit('schedule.changed', {}) });
  }
}
