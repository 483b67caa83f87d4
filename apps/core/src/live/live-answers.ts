import { DrainState } from '@breakwater/platform';
import { Injectable, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventText, type LiveEvent } from './live-event';

/** What has come since it was asked last; `ended`: nothing more will. */
export interface LiveNews {
  events: LiveEvent[];
  ended: boolean;
}

const pollMs = 1_000;
/** Proxies close what is silent. */
const heartbeatMs = 15_000;
/** Then the client connects again, and its permissions are looked at anew. */
const longestMs = 3_600_000;

/** Answers that go on while something goes on, as server-sent events. */
@Injectable()
export class LiveAnswers {
  constructor(private readonly drain: DrainState) {}

  /** Asks for news every second until there will be no more, the client leaves or the process ends. */
  follow(news: () => Promise<LiveNews>): StreamableFile {
    const texts: Readable = Readable.from(
      this.texts(news, () => texts.destroyed),
      { objectMode: false },
    );
    return new StreamableFile(texts, { type: 'text/event-stream; charset=utf-8' });
  }

  private async *texts(news: () => Promise<LiveNews>, left: () => boolean): AsyncGenerator<string> {
    const begun = performance.now();
    let spoke = begun;
    yield ': here is what happens\n\n';
    for (;;) {
      const { events, ended } = await news();
      for (const event of events) yield eventText(event);
      const now = performance.now();
      if (ended || this.drain.draining || now - begun > longestMs) return;
      if (events.length > 0) spoke = now;
      else if (now - spoke > heartbeatMs) {
        spoke = now;
        yield ': still here\n\n';
      }
      await sleep(pollMs);
      // The generator itself hears of it only when it has something to say.
      if (left()) return;
    }
  }
}
