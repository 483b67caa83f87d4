import { UploadSessionsRepository } from '@breakwater/artifacts';
import { OutboxRelay } from '@breakwater/events';
import { Metrics, rememberFor } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { EVENT_SUBSCRIBERS, type EventSubscribers } from '../event-subscribers';

/** How old the figures of a scrape may be, in seconds. */
const age = 5;

/** What waits to be done. Every replica of the job service tells the same. */
@Injectable()
export class QueueMetrics {
  constructor(
    metrics: Metrics,
    relay: OutboxRelay,
    uploads: UploadSessionsRepository,
    @Inject(EVENT_SUBSCRIBERS) subscribers: EventSubscribers,
  ) {
    if (!metrics.enabled) return;
    const outbox = rememberFor(age, () => relay.lag());
    metrics.collect('breakwater_outbox_events', async () => [{ value: (await outbox()).waiting }]);
    metrics.collect('breakwater_outbox_oldest_seconds', async () => [{ value: (await outbox()).ageSeconds }]);
    const queues = rememberFor(age, async () => {
      const waiting = await relay.lagOfSubscribers();
      return subscribers.map(({ name }) => ({
        labels: { subscriber: name },
        lag: waiting.find(({ subscriber }) => subscriber === name) ?? { waiting: 0, ageSeconds: 0 },
      }));
    });
    metrics.collect('breakwater_outbox_subscriber_events', async () =>
      (await queues()).map(({ labels, lag }) => ({ labels, value: lag.waiting })),
    );
    metrics.collect('breakwater_outbox_subscriber_oldest_seconds', async () =>
      (await queues()).map(({ labels, lag }) => ({ labels, value: lag.ageSeconds })),
    );
    const sessions = rememberFor(age, () => uploads.figures());
    metrics.collect('breakwater_upload_sessions', async () => {
      const { writing, open, expired } = await sessions();
      return Object.entries({ writing, open, expired }).map(([state, value]) => ({ labels: { state }, value }));
    });
    metrics.collect('breakwater_upload_session_bytes', async () => [{ value: (await sessions()).bytes }]);
  }
}
