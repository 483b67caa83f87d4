import { CONFIG } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import type { VerifiedToken } from '@breakwater/tokens';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { matchesEntityTag } from '../http/conditions';
import { accelHeader } from '../blobs/blob-delivery';
import { HotGate } from '../http/hot-gate';
import { Pulls } from '../manifests/pulls';
import { HotMetrics } from '../metrics/hot-metrics';
import { HotAnswers, type HotAnswer } from './hot-answers';
import { goesInOnePiece, sendInOnePiece } from './one-piece';

interface Sending {
  answer: HotAnswer;
  id: string;
}

interface Served {
  answer: HotAnswer;
  /** Who pulls; empty: anybody. */
  subject: string;
}

interface Kept extends Sending {
  body: string | undefined;
}

/**
 * Warm pulls, answered before the framework sees them and without a query (ADR 0002, data-plane budget). Everything
 * unusual is left to the controllers, which answer the same and fill the cache: other methods, ranges, other
 * credentials than a token that was verified here before, a lease that has run out.
 */
@Injectable()
export class HotPath {
  private readonly logger = new Logger(HotPath.name);
  private readonly idPrefix = randomBytes(6).toString('hex');
  private served = 0;

  constructor(
    private readonly answers: HotAnswers,
    private readonly pulls: Pulls,
    private readonly metrics: HotMetrics,
    private readonly gate: HotGate,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
    @Inject(CONFIG) private readonly config: { BLOB_DELIVERY: string },
  ) {}

  /** Takes the place of the listeners that `server` has; they get what this leaves. */
  install(server: Server): void {
    const others = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.serve(request, response)) for (const listener of others) listener.call(server, request, response);
    });
  }

  /** False: not ours. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || request.headers.range !== undefined) return false;
    const answer = this.answers.find(request);
    if (!answer) return false;
    const started = this.metrics.start();
    const token = this.gate.tokenOf(request);
    if (!token || !grants(token, answer.repository, 'pull') || this.isForController(request, answer, token))
      return false;
    const streams = !answer.body && request.method === 'GET';
    if (!this.gate.admits(request, response, { principal: token.principal, streams })) return false;
    this.send(request, response, { answer, subject: token.subject });
    this.metrics.served(request, response, answer, started);
    return true;
  }

  private isForController({ method }: IncomingMessage, answer: HotAnswer, token: VerifiedToken): boolean {
    if (answer.kind === 'manifest') return method === 'GET' && !passes(token, answer);
    // Who may push will rely on a blob that is said to exist: garbage collection is told (decision 14).
    if (method === 'HEAD') return grants(token, answer.repository, 'push');
    return !answer.body && this.config.BLOB_DELIVERY === 'redirect';
  }

  private send(request: IncomingMessage, response: ServerResponse, { answer, subject }: Served): void {
    const id = this.requestId(request);
    if (matchesEntityTag(request.headers['if-none-match'], answer.digest)) {
      response.writeHead(304, [...withoutLength(answer.headers), 'X-Request-Id', id]).end();
      return;
    }
    const isHead = request.method === 'HEAD';
    if (!isHead) this.recordPull(request, answer, subject);
    if (isHead || answer.body) this.sendKept(request, response, { answer, id, body: isHead ? '' : answer.body });
    else this.sendBlob(request, response, { answer, id });
  }

  private recordPull(request: IncomingMessage, { repository, digest, pull: artifact }: HotAnswer, by: string): void {
    if (!artifact) return;
    const { url = '' } = request;
    this.pulls.record({ artifact, repository, digest, reference: url.slice(url.lastIndexOf('/') + 1) }, request, by);
  }

  private sendKept(request: IncomingMessage, response: ServerResponse, { answer, id, body = '' }: Kept): void {
    if (goesInOnePiece(request, response)) sendInOnePiece(response, { head: answer.head, id, body });
    else response.writeHead(200, [...answer.headers, 'X-Request-Id', id]).end(body, 'latin1');
  }

  private sendBlob(request: IncomingMessage, response: ServerResponse, { answer, id }: Sending): void {
    const { headers, storageKey = '' } = answer;
    if (this.config.BLOB_DELIVERY === 'accel' && request.headers[accelHeader] !== undefined) {
      const accel = ['X-Accel-Redirect', `/_blobs/${storageKey}`, 'X-Request-Id', id];
      response.writeHead(200, [...withoutLength(headers), ...accel]).end();
      return;
    }
    this.stream(response, { answer, id }).catch((error: unknown) => {
      // Cut short, so that no client takes it for whole. What is not readable at all is asked for anew next time.
      if (!response.headersSent) {
        this.logger.error({ err: error, digest: answer.digest, requestId: id }, 'blob not readable');
        this.answers.forget(request);
      }
      response.destroy();
    });
  }

  private async stream(response: ServerResponse, { answer, id }: Sending): Promise<void> {
    const key = answer.storageKey ?? '';
    const begin = () => response.writeHead(200, [...answer.headers, 'X-Request-Id', id]);
    if (this.store.copyTo) await this.store.copyTo(key, begin);
    else await pipeline(await this.store.read(key), begin());
  }

  private requestId({ headers }: IncomingMessage): string {
    const given = headers['x-request-id'];
    return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : `${this.idPrefix}-${++this.served}`;
  }
}

function grants({ access }: VerifiedToken, repository: string, action: string): boolean {
  return access.some(
    ({ type, name, actions }) => type === 'repository' && name === repository && actions.includes(action),
  );
}

/** Who may not is told why by the controllers. */
function passes({ passes: ofToken }: VerifiedToken, { repository, passedBy }: HotAnswer): boolean {
  if (!passedBy) return true;
  const pass = ofToken[repository];
  return pass !== undefined && passedBy.includes(pass);
}

/** nginx sets the length itself, and a 304 has none. */
function withoutLength(headers: string[]): string[] {
  const at = headers.indexOf('Content-Length');
  return [...headers.slice(0, at), ...headers.slice(at + 2)];
}
