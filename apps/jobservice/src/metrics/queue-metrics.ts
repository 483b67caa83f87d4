import { UploadSessionsRepository } from '@breakwater/artifacts';
import { OutboxRelay } from '@breakwater/events';
import { Metrics, rememberFor } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** How old the figures of a scrape may be, in seconds. */
const age = 5;

/** What waits to be done. Every replica of the job service tells the same. */
@Injectable()
export class QueueMetrics {
  constructor(metrics: Metrics, relay: OutboxRelay, uploads: UploadSessionsRepository) {
    if (!metrics.enabled) return;
    const outbox = rememberFor(age, () => relay.lag());
    metrics.collect('breakwater_outbox_events', async () => [{ value: (await outbox()).waiting }]);
    metrics.collect('breakwater_outbox_oldest_seconds', async () => [{ value: (await outbox()).ageSeconds }]);
    const sessions = rememberFor(age, () => uploads.figures());
    metrics.collect('breakwater_upload_sessions', async () => {
      const { writing, open, expired } = await sessions();
      return Object.entries({ writing, open, expired }).map(([state, value]) => ({ labels: { state }, value }));
    });
    metrics.collect('breakwater_upload_session_bytes', async () => [{ value: (await sessions()).bytes }]);
  }
}
