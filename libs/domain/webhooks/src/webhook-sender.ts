import { CONFIG, GuardedHttpClient, type GuardedAnswer } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';

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

/** Sends events to addresses that people chose. */
@Injectable()
export class WebhookSender {
  private readonly client: GuardedHttpClient;

  constructor(
    @Inject(CONFIG)
    config: {
      WEBHOOK_ALLOWED_NETWORKS: string[];
      JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT: number;
    },
  ) {
    this.client = new GuardedHttpClient({
      allowed: config.WEBHOOK_ALLOWED_NETWORKS,
      allowedBy: 'WEBHOOK_ALLOWED_NETWORKS',
      timeoutMs: config.JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT * 1_000,
      maxBodyBytes,
    });
  }

  /** Throws when no answer came in time, or for where it must not be sent. */
  async send({ address, ...request }: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer> {
    const answer = await this.client.send({ method: 'POST', url: address, ...request }, signal);
    return { status: answer.status, headers: plainHeaders(answer), body: withoutNul(answer.body.toString('utf8')) };
  }
}

function plainHeaders({ headers }: GuardedAnswer): Record<string, string> {
  const entries = Object.entries(headers).slice(0, maxHeaders);
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutNul(String(value)).slice(0, 1_024)]));
}

const withoutNul = (text: string): string => text.replaceAll('\0', '');
