import { RequestMetrics } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HotAnswer } from '../hot/hot-answers';

/** Counts what is answered before the framework, among the other requests and at the cost of some additions. */
@Injectable()
export class HotMetrics {
  /** Pulls answered from memory, and those that were not. */
  hits = 0;
  misses = 0;
  private readonly enabled: boolean;
  private readonly series;

  constructor(requests: RequestMetrics) {
    this.enabled = requests.enabled;
    const ofKind = (kind: HotAnswer['kind']) => ({
      GET: requests.series(kind, 'GET'),
      HEAD: requests.series(kind, 'HEAD'),
    });
    this.series = { manifest: ofKind('manifest'), blob: ofKind('blob') };
  }

  /** When a request begins, in milliseconds; for `served`. */
  start(): number {
    return this.enabled ? performance.now() : 0;
  }

  /** The answer was sent, or is being streamed. */
  served(request: IncomingMessage, response: ServerResponse, answer: HotAnswer, started: number): void {
    this.hits++;
    if (!this.enabled) return;
    if (response.writableEnded) this.record(request, response, answer, started);
    else response.once('close', () => this.record(request, response, answer, started));
  }

  private record({ method }: IncomingMessage, response: ServerResponse, answer: HotAnswer, started: number): void {
    this.series[answer.kind][method === 'HEAD' ? 'HEAD' : 'GET'].observe({
      code: response.headersSent ? response.statusCode : 499,
      seconds: (performance.now() - started) / 1_000,
      responseBytes: method === 'HEAD' || response.statusCode === 304 ? 0 : lengthOf(answer),
    });
  }
}

function lengthOf({ body, headers }: HotAnswer): number {
  return body?.length ?? Number(headers[headers.indexOf('Content-Length') + 1]);
}
