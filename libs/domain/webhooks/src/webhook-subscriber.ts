import type { EventSubscriber } from '@breakwater/events';
import { ExecutionsService } from '@breakwater/executions';
import { advisoryLocks, CONFIG } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { EventFactsRepository } from './event-facts.repository';
import { notificationOf, type Notification } from './notification';
import { eventTypeOf, notifiedTopics, type NotifiedEvent } from './notified-event';
import { payloadFor } from './payloads/payload-for';
import { jobTypeOf } from './vendor-types';
import { WebhookPoliciesRepository, type PolicyRow } from './webhook-policies.repository';
import type { StoredTarget } from './webhook-target';

interface Wanted {
  event: NotifiedEvent;
  policy: PolicyRow;
}

interface Delivery {
  notification: Notification;
  policy: PolicyRow;
  target: StoredTarget;
  /** Of the event: what has the same is sent in order. */
  key: string;
}

/** Makes of each event an execution for every target that is to hear of it. */
@Injectable()
export class WebhookSubscriber implements EventSubscriber<(typeof notifiedTopics)[number]> {
  readonly name = 'webhooks';
  readonly topics = notifiedTopics;
  readonly lock = advisoryLocks.webhookEvents;
  private readonly host: string;

  constructor(
    private readonly policies: WebhookPoliciesRepository,
    private readonly facts: EventFactsRepository,
    private readonly settings: SettingsService,
    private readonly executions: ExecutionsService,
    @Inject(CONFIG) { EXTERNAL_URL: url }: { EXTERNAL_URL?: string },
  ) {
    this.host = url === undefined ? 'localhost' : new URL(url).host;
  }

  async hear(events: NotifiedEvent[]): Promise<void> {
    if (!(await this.settings.get()).notification_enable) return;
    const wanted = await this.wanted(events);
    if (wanted.length === 0) return;
    const factsOf = await this.facts.read(
      wanted.map(({ event }) => place(event)),
      this.host,
    );
    for (const { event, policy } of wanted) {
      const notification = notificationOf(event, factsOf(place(event)));
      for (const target of policy.targets) await this.start({ notification, policy, target, key: event.key });
    }
  }

  private async wanted(events: readonly NotifiedEvent[]): Promise<Wanted[]> {
    const policies = await this.policies.enabledFor([...new Set(events.map(({ payload }) => payload.projectId))]);
    return events.flatMap((event) =>
      policies
        .filter(({ projectId }) => projectId === null || projectId === event.payload.projectId)
        .filter((policy) => policy.eventTypes.includes(eventTypeOf(event)))
        .map((policy) => ({ event, policy })),
    );
  }

  private async start({ notification, policy, target, key }: Delivery): Promise<void> {
    const { contentType, body } = payloadFor(notification, {
      policyId: policy.id,
      type: target.type,
      format: target.payloadFormat,
      template: target.template,
    });
    const job = jobTypeOf(target.type);
    const payload = {
      policyId: policy.id,
      targetId: target.id,
      eventId: notification.id,
      eventType: notification.type,
      occurredAt: notification.occurredAt.toISOString(),
      contentType,
      body,
    };
    await this.executions.start({
      vendorType: job,
      vendorId: policy.id,
      trigger: 'EVENT',
      // The lists of executions and jobs show them.
      extraAttrs: { event_type: notification.type, payload: body, notify_type: target.type },
      key: `webhook-${notification.id}-${target.id}`,
      tasks: [{ job, payload, serialKey: serialKey(target.id, key) }],
    });
  }
}

function place({ payload }: NotifiedEvent): { projectId: number; repository?: string } {
  return { projectId: payload.projectId, ...('repository' in payload && { repository: payload.repository }) };
}

/** A target hears of one repository's events in order, and of different ones at the same time. */
function serialKey(targetId: string, key: string): string {
  return `webhook-${targetId}-${createHash('sha256').update(key).digest('hex')}`;
}
