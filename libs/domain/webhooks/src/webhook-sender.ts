import { AddressList, CONFIG } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isForbidden } from './internal-addresses';

/** Of an answer; the rest is not read. */
const maxBodyBytes = 16 * 1024;
const maxHeaders = 50;

export interface WebhookRequest {
  address: string;
  headers: Record<string, string>;
  body: string;
  skipCertVerify: boolean;
}

export interface WebhookAnswer {
  status: number;
  headers: Record<string, string>;
  /** Its beginning. */
  body: string;
}

/**
 * Sends to addresses that people chose, from inside the network: internal addresses are refused unless a setting allows
 * them. The name is looked up once, and the connection goes to the very address that was checked. Redirects are answers
 * like others: nobody follows them.
 */
@Injectable()
export class WebhookSender {
  private readonly allowed: AddressList;
  private readonly timeoutMs: number;

  constructor(
    @Inject(CONFIG)
    config: {
      WEBHOOK_ALLOWED_NETWORKS: string[];
      JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT: number;
    },
  ) {
    this.allowed = new AddressList(config.WEBHOOK_ALLOWED_NETWORKS);
    this.timeoutMs = config.JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT * 1_000;
  }

  /** Throws when no answer came in time, or for where it must not be sent. */
  async send(request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      return await this.exchange(request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) throw new Error(`no answer within ${this.timeoutMs / 1_000} s`, { cause: error });
      throw error;
    }
  }

  private exchange(request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer> {
    const url = new URL(request.address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // Literal addresses are not looked up.
    if (isIP(host) && isForbidden(host, this.allowed)) throw forbidden(host);
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      method: 'POST',
      headers: { ...request.headers, 'content-length': String(Buffer.byteLength(request.body)) },
      agent: false,
      signal,
      lookup: this.checkedLookup,
      rejectUnauthorized: !request.skipCertVerify,
    };
    return new Promise((resolve, reject) => {
      const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
      sent.on('error', reject);
      sent.on('response', (response) => void readAnswer(response).then(resolve, reject));
      sent.end(request.body);
    });
  }

  /** One forbidden address among others is enough: names that resolve to both are made for that. */
  private readonly checkedLookup: RequestOptions['lookup'] = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const bad = addresses?.find(({ address }) => isForbidden(address, this.allowed));
      const [first] = addresses ?? [];
      if (error || bad || !first) callback(error ?? forbidden(hostname), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(host: string): Error {
  return new Error(`${host} is an internal address: WEBHOOK_ALLOWED_NETWORKS does not allow it`);
}

async function readAnswer(response: IncomingMessage): Promise<WebhookAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length >= maxBodyBytes) break;
  }
  const body = Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8').replaceAll('\0', '');
  return { status: response.statusCode ?? 0, headers: plainHeaders(response), body };
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).slice(0, maxHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).replaceAll('\0', '').slice(0, 1_024)]));
}
