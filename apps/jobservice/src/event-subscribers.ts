import { AuditSubscriber } from '@breakwater/audit';
import type { EventSubscriber } from '@breakwater/events';
import { SignatureSubscriber, SignedTagSubscriber } from '@breakwater/signatures';
import { WebhookSubscriber } from '@breakwater/webhooks';
import type { FactoryProvider } from '@nestjs/common';

export const EVENT_SUBSCRIBERS = Symbol('EVENT_SUBSCRIBERS');
export type EventSubscribers = readonly EventSubscriber[];

/** Who hears of events. Scanning and replication take their seats here. */
export const eventSubscribers: FactoryProvider<EventSubscribers> = {
  provide: EVENT_SUBSCRIBERS,
  inject: [WebhookSubscriber, AuditSubscriber, SignatureSubscriber, SignedTagSubscriber],
  useFactory: (...subscribers: EventSubscriber[]) => subscribers,
};
