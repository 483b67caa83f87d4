import { Metrics, type RequestOutcome } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { HotMetrics } from './hot-metrics';

/** What requests came to: pushes by result, and pulls that memory could not answer. */
@Injectable()
export class Outcomes {
  private readonly pushes: Counter;

  constructor(
    metrics: Metrics,
    private readonly hot: HotMetrics,
  ) {
    this.pushes = metrics.counter('breakwater_pushes_total');
  }

  /** `route` as in route-names.ts. */
  note(route: string, method: string, { code }: Pick<RequestOutcome, 'code'>): void {
    if (isPull(route, method)) this.hot.misses++;
    const kind = pushed(route, method, code);
    if (kind) this.pushes.inc({ kind, result: resultOf(code) });
  }
}

const isPull = (route: string, method: string): boolean =>
  (route === 'manifest' || route === 'blob') && (method === 'GET' || method === 'HEAD');

/** What the request would have finished. A POST that is answered with 202 has only begun an upload. */
function pushed(route: string, method: string, code: number): 'manifest' | 'blob' | undefined {
  if (route === 'manifest' && method === 'PUT') return 'manifest';
  const finishes =
    (route === 'blob_upload_chunk' && method === 'PUT') ||
    (route === 'blob_upload' && method === 'POST' && code !== 202);
  return finishes ? 'blob' : undefined;
}

function resultOf(code: number): string {
  if (code < 400) return 'stored';
  if (code === 499) return 'aborted';
  return code < 500 ? 'refused' : 'failed';
}
