import { CONFIG, type JobserviceConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** This process as a pool of workers. */
@Injectable()
export class Pool {
  readonly id = randomUUID();
  readonly host = hostname();
  readonly pid = process.pid;
  readonly concurrency: number;

  constructor(@Inject(CONFIG) { MAX_JOB_WORKERS }: Pick<JobserviceConfig, 'MAX_JOB_WORKERS'>) {
    this.concurrency = MAX_JOB_WORKERS;
  }
}
