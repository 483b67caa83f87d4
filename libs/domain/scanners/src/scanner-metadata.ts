import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterMetadata } from './adapter-metadata';
import { ScannerClient } from './scanner-client';
import { ScannerCredentials } from './scanner-credentials';
import type { ScannerRow } from './scanners.repository';

/** What came of asking an adapter. */
export type AdapterAnswer = { metadata: AdapterMetadata } | { problem: string };

interface Remembered {
  answer: AdapterAnswer;
  /** By the clock of `performance`. */
  time: number;
}

/** An answer counts as new for that long. */
const freshMs = 30_000;
/** And is shown for that long while a new one does not come. */
const shownMs = 600_000;
/** Who looks at scanners waits no longer for those that do not answer. */
const patienceMs = 1_000;
/** Of one list. */
const askedAtOnce = 8;

/** What adapters say of themselves. No scanner that is slow or away keeps anybody waiting who only looks at a list. */
@Injectable()
export class ScannerMetadata implements OnApplicationShutdown {
  private readonly logger = new Logger(ScannerMetadata.name);
  private readonly remembered = new LRUCache<string, Remembered>({ max: 1_000, ttl: shownMs });
  private readonly asking = new Map<string, Promise<AdapterAnswer>>();
  private readonly ending = new AbortController();

  constructor(
    private readonly client: ScannerClient,
    private readonly credentials: ScannerCredentials,
  ) {}

  onApplicationShutdown(): void {
    this.ending.abort(new Error('the platform ends'));
  }

  /** Waits for the adapter, five seconds at most, unless it was asked half a minute ago. */
  ask(scanner: ScannerRow): Promise<AdapterAnswer> {
    const key = keyOf(scanner);
    const known = this.remembered.get(key);
    if (known && performance.now() - known.time < freshMs) return Promise.resolve(known.answer);
    const under = this.asking.get(key) ?? this.fetch(key, scanner).finally(() => this.asking.delete(key));
    this.asking.set(key, under);
    return under;
  }

  /** By uuid, as far as they are known or come within a second; those that come later are there for the next who asks. */
  async known(scanners: readonly ScannerRow[]): Promise<Map<string, AdapterAnswer>> {
    const left = [...scanners];
    const askNext = async (): Promise<void> => {
      for (let scanner = left.shift(); scanner; scanner = left.shift()) await this.ask(scanner);
    };
    await within(patienceMs, Promise.all(Array.from({ length: askedAtOnce }, askNext)));
    return new Map(
      scanners.flatMap((scanner) => {
        const known = this.remembered.get(keyOf(scanner));
        return known ? [[scanner.uuid, known.answer] as const] : [];
      }),
    );
  }

  private async fetch(key: string, { uuid, sealedCredential, ...adapter }: ScannerRow): Promise<AdapterAnswer> {
    let answer: AdapterAnswer;
    try {
      const accessCredential = this.credentials.open(uuid, sealedCredential);
      answer = { metadata: await this.client.metadata({ ...adapter, accessCredential }, this.ending.signal) };
    } catch (error) {
      answer = { problem: error instanceof Error ? error.message : String(error) };
      this.logger.warn(
        { scanner: adapter.name, url: adapter.url, problem: answer.problem },
        'a scanner does not answer',
      );
    }
    this.remembered.set(key, { answer, time: performance.now() });
    return answer;
  }
}

/** A scanner that was changed is another one. */
const keyOf = ({ uuid, updateTime }: ScannerRow): string => `${uuid} ${updateTime.getTime()}`;

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const timer = sleep(ms, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work, timer]);
  patience.abort();
}
