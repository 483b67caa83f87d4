import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from './metrics';

/** How often credentials were right, wrong, or not looked at because there were too many wrong ones. */
@Injectable()
export class AuthenticationMetrics {
  private readonly counter: Counter;

  constructor(metrics: Metrics) {
    this.counter = metrics.counter('breakwater_authentications_total');
  }

  /** Passes on what becomes of `proof`; undefined and UNAUTHORIZED count as wrong. */
  async watch<T>(method: 'basic' | 'token' | 'secret' | 'login', proof: Promise<T>): Promise<T> {
    try {
      const proven = await proof;
      this.counter.inc({ method, result: proven === undefined ? 'failure' : 'success' });
      return proven;
    } catch (error) {
      const result = error instanceof AppError ? results[error.code] : undefined;
      if (result) this.counter.inc({ method, result });
      throw error;
    }
  }
}

const results: Partial<Record<AppError['code'], string>> = { UNAUTHORIZED: 'failure', TOOMANYREQUESTS: 'throttled' };
