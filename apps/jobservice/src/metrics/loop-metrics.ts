import { Metrics } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';

/** Rounds of the maintenance loops: how many, how long, and when one last succeeded. */
@Injectable()
export class LoopMetrics {
  private readonly rounds: Counter;
  private readonly durations: Histogram;
  private readonly successes = new Map<string, number>();

  constructor(metrics: Metrics) {
    this.rounds = metrics.counter('breakwater_maintenance_rounds_total');
    this.durations = metrics.histogram('breakwater_maintenance_round_duration_seconds');
    metrics.collect('breakwater_maintenance_last_success_timestamp_seconds', () =>
      [...this.successes].map(([loop, value]) => ({ labels: { loop }, value })),
    );
  }

  /** The same round, watched. */
  watch<T>(loop: string, run: () => Promise<T>): () => Promise<T> {
    return async () => {
      const started = performance.now();
      let result = 'failure';
      try {
        const answer = await run();
        result = 'success';
        this.successes.set(loop, Date.now() / 1_000);
        return answer;
      } finally {
        this.rounds.inc({ loop, result });
        this.durations.observe({ loop }, (performance.now() - started) / 1_000);
      }
    };
  }
}
