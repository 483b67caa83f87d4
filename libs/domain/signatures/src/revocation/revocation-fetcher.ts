import type { RevocationClient } from '@breakwater/notation';
import { CONFIG, GuardedHttpClient, type GuardedAnswer } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { KeptAnswers } from './kept-answers';

/** An answer that holds on is asked for anew after so long, and given again where nobody answers. */
const freshMs = 3_600_000;
/** Who did not answer is not waited for again at once: many signatures name the same responder. */
const silenceMs = 30_000;
const keptBytes = 32 * 1024 * 1024;

interface Question {
  kind: 'ocsp' | 'crl';
  url: string;
  /** Of OCSP. */
  request?: Buffer;
}

/** Times of trust-store-trust-policy.md "OCSPs" and "CRLs". A list of 4 MiB has some hundred thousand entries. */
const limits = {
  ocsp: { timeoutMs: 2_000, maxBodyBytes: 64 * 1024 },
  crl: { timeoutMs: 5_000, maxBodyBytes: 4 * 1024 * 1024 },
};
const headers = {
  ocsp: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
  crl: { accept: 'application/pkix-crl, application/octet-stream;q=0.9, */*;q=0.8' },
};
/** A fetch is of use to others when the one who began it waits no longer. */
const unaborted = new AbortController().signal;

/** Asks OCSP responders and fetches revocation lists, once for all who ask, and for all signatures while they hold. */
@Injectable()
export class RevocationFetcher {
  private readonly clients: Record<Question['kind'], GuardedHttpClient>;
  private readonly kept = new KeptAnswers(keptBytes);
  private readonly underWay = new Map<string, Promise<Buffer>>();
  private readonly silent = new LRUCache<string, { since: number; error: Error }>({ max: 1_000 });

  constructor(@Inject(CONFIG) config: { REVOCATION_ALLOWED_NETWORKS?: string[] }) {
    const guarded = {
      allowed: config.REVOCATION_ALLOWED_NETWORKS ?? [],
      allowedBy: 'REVOCATION_ALLOWED_NETWORKS',
    };
    this.clients = {
      ocsp: new GuardedHttpClient({ ...guarded, ...limits.ocsp }),
      crl: new GuardedHttpClient({ ...guarded, ...limits.crl }),
    };
  }

  /** For one verification, which waits no longer than its signal allows. */
  clientFor(signal: AbortSignal): RevocationClient {
    return {
      ocsp: (url, request) => waitFor(this.answer({ kind: 'ocsp', url, request }), signal),
      crl: (url) => waitFor(this.answer({ kind: 'crl', url }), signal),
      keep: (bytes, until) => this.kept.believe(bytes, until),
    };
  }

  private async answer(question: Question): Promise<Buffer> {
    const key = keyOf(question);
    const kept = this.kept.get(key);
    if (kept !== undefined && Date.now() < kept.fetchedAt + freshMs) return kept.bytes;
    try {
      return await this.once(key, question);
    } catch (error) {
      if (kept !== undefined) return kept.bytes;
      throw error;
    }
  }

  private once(key: string, question: Question): Promise<Buffer> {
    const flight = this.underWay.get(key) ?? this.fetch(key, question).finally(() => this.underWay.delete(key));
    this.underWay.set(key, flight);
    return flight;
  }

  private async fetch(key: string, question: Question): Promise<Buffer> {
    const { kind, url } = question;
    const { status, body, isCut } = await this.send(question);
    if (status < 200 || status > 299) throw new Error(`${url} answers ${status}`);
    if (isCut) throw new Error(`${url} answers more than ${limits[kind].maxBodyBytes} bytes`);
    this.kept.offer(key, body);
    return body;
  }

  private async send({ kind, url, request }: Question): Promise<GuardedAnswer> {
    const silence = this.silent.get(url);
    if (silence !== undefined && Date.now() < silence.since + silenceMs) throw silence.error;
    const method = kind === 'ocsp' ? 'POST' : 'GET';
    const body = request && { body: request };
    try {
      const sent = { method, url, headers: headers[kind], ...body, skipCertVerify: false } as const;
      return await this.clients[kind].send(sent, unaborted);
    } catch (cause) {
      const error = new Error(`${url}: ${(cause as Error).message}`, { cause });
      this.silent.set(url, { since: Date.now(), error });
      throw error;
    }
  }
}

function keyOf({ url, request }: Question): string {
  if (request === undefined) return url;
  return `${url} ${createHash('sha256').update(request).digest('base64')}`;
}

async function waitFor<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  if (signal.aborted) stop();
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
