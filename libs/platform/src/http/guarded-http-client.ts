import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AddressGuard, type GuardedNetworks } from './address-guard';

export interface GuardedRequest {
  method: 'GET' | 'POST';
  /** http or https. */
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  skipCertVerify: boolean;
}

export interface GuardedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** There was more than `body`. */
  isCut: boolean;
}

interface Limits extends GuardedNetworks {
  /** From the lookup of the name to the end of the answer. */
  timeoutMs: number;
  /** Of an answer; the rest is not read. */
  maxBodyBytes: number;
}

/**
 * Asks addresses that people chose, from inside the network: internal addresses are refused unless a setting allows
 * them. Redirects are answers like others: nobody follows them.
 */
export class GuardedHttpClient {
  private readonly guard: AddressGuard;

  constructor(private readonly limits: Limits) {
    this.guard = new AddressGuard(limits);
  }

  /** Throws when no answer came in time, or for where it must not be sent. */
  async send(request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> {
    const { timeoutMs } = this.limits;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await this.exchange(request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1_000} s`, { cause: error });
      throw error;
    }
  }

  private exchange(request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> {
    const url = new URL(request.url);
    this.guard.check(url.hostname.replace(/^\[|\]$/g, ''));
    const { body = '' } = request;
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      method: request.method,
      headers: { ...request.headers, ...(body.length > 0 && { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: false,
      signal,
      lookup: this.guard.lookup,
      rejectUnauthorized: !request.skipCertVerify,
    };
    return new Promise((resolve, reject) => {
      const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
      sent.on('error', reject);
      sent.on('response', (response) => void readAnswer(response, this.limits.maxBodyBytes).then(resolve, reject));
      sent.end(body);
    });
  }
}

async function readAnswer(response: IncomingMessage, maxBodyBytes: number): Promise<GuardedAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > maxBodyBytes) break;
  }
  const body = Buffer.concat(chunks).subarray(0, maxBodyBytes);
  return { status: response.statusCode ?? 0, headers: response.headers, body, isCut: length > maxBodyBytes };
}
