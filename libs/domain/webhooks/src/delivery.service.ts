import type { JobPayload } from '@breakwater/contracts';
import { ExecutionsService, type JobContext } from '@breakwater/executions';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { signatureHeaders } from './signature';
import { TargetVault } from './target-vault';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';
import { WebhookPoliciesRepository } from './webhook-policies.repository';
import { WebhookSender, type WebhookAnswer } from './webhook-sender';
import { shownAddress, type WebhookTarget } from './webhook-target';

type DeliveryPayload = JobPayload<'WEBHOOK'>;

interface Attempt {
  answer?: WebhookAnswer;
  /** Empty: it arrived. */
  error: string;
  durationMs: number;
}

/** Then nobody waits for it any more, and what is behind it in its queue has waited as long. */
const maxAgeMs = 3 * 86_400_000;
/** How long a task that asked to be stopped waits to hear of it. */
const stopMs = 10_000;

/** Sends an event to a target, once per call, and keeps what came of it. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly policies: WebhookPoliciesRepository,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly vault: TargetVault,
    private readonly sender: WebhookSender,
    private readonly executions: ExecutionsService,
  ) {}

  /** Throws when the target did not answer with 2xx: it is tried again. */
  async deliver(payload: DeliveryPayload, context: JobContext): Promise<void> {
    const target = await this.findTarget(payload);
    if (!target) return this.giveUp('its policy or target was removed or disabled', context);
    if (Date.now() - Date.parse(payload.occurredAt) > maxAgeMs)
      return this.giveUp('the event is more than three days old', context);
    const headers = headersFor(target, payload);
    context.log(`POST ${shownAddress(target.address)}, event ${payload.eventId}: ${payload.body}`);
    const attempt = await this.attempt(target, { ...payload, headers }, context);
    await this.keep(target, attempt, headers, context);
    if (attempt.error !== '') throw new Error(attempt.error);
    context.log(`answered ${attempt.answer?.status} in ${attempt.durationMs} ms`);
    context.result({ response_status: attempt.answer?.status });
  }

  private async findTarget({ policyId, targetId }: DeliveryPayload): Promise<WebhookTarget | undefined> {
    const policy = await this.policies.findAny(policyId);
    if (!policy?.enabled) return undefined;
    const target = policy.targets.find(({ id }) => id === targetId);
    return target && this.vault.open(target);
  }

  private async attempt(
    { address, authHeader, skipCertVerify }: WebhookTarget,
    { headers, body }: { headers: Record<string, string>; body: string },
    { signal }: JobContext,
  ): Promise<Attempt> {
    const started = performance.now();
    const elapsed = () => Math.round(performance.now() - started);
    try {
      const answer = await this.sender.send({ address, headers, body, skipCertVerify }, signal);
      return { answer: withoutSecret(answer, authHeader), error: problemOf(answer), durationMs: elapsed() };
    } catch (error) {
      signal.throwIfAborted();
      return { error: error instanceof Error ? error.message : String(error), durationMs: elapsed() };
    }
  }

  private keep(
    target: WebhookTarget,
    { answer, error, durationMs }: Attempt,
    headers: Record<string, string>,
    { taskId, run }: JobContext,
  ): Promise<void> {
    return this.deliveries.insert({
      taskId,
      attempt: run,
      address: shownAddress(target.address),
      requestHeaders: { ...headers, ...('authorization' in headers && { authorization: '***' }) },
      responseStatus: answer?.status ?? null,
      responseHeaders: answer?.headers ?? {},
      responseBody: answer?.body ?? '',
      error,
      durationMs,
    });
  }

  /** It is stopped rather than failed, for trying again would change nothing. */
  private async giveUp(why: string, context: JobContext): Promise<never> {
    context.log(`not sent: ${why}`);
    await this.executions.stop(context.executionId);
    await sleep(stopMs, undefined, { signal: context.signal }).catch(() => undefined);
    context.signal.throwIfAborted();
    throw new Error(`not sent: ${why}`);
  }
}

function headersFor(target: WebhookTarget, { contentType, eventId, body }: DeliveryPayload): Record<string, string> {
  return {
    'content-type': contentType,
    'user-agent': 'Breakwater-Webhook/1.0',
    ...signatureHeaders({ id: eventId, body, secret: target.secret }, new Date()),
    ...(target.authHeader !== '' && { authorization: target.authHeader }),
  };
}

function problemOf({ status }: WebhookAnswer): string {
  if (status >= 200 && status < 300) return '';
  return `answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`;
}

/** Receivers for debugging answer with the headers that they got, and the log shows answers. */
function withoutSecret({ status, headers, body }: WebhookAnswer, secret: string): WebhookAnswer {
  if (secret === '') return { status, headers, body };
  const hidden = (text: string): string => text.replaceAll(secret, '***').replaceAll(quoted(secret), '***');
  const entries = Object.entries(headers).map(([name, value]) => [name, hidden(value)]);
  return { status, headers: Object.fromEntries(entries) as Record<string, string>, body: hidden(body) };
}

/** As it stands in JSON. */
function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
