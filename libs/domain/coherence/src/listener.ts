import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ListenerOptions {
  url: string;
  name: string;
  channels: string[];
  onMessage: (channel: string, payload: string) => void;
  /** Called with every new connection, after it listens. */
  onConnected?: () => Promise<void>;
  /** What was said meanwhile is lost. */
  onLost?: () => void;
}

const retryMs = 500;

/** A connection of its own that hears what Postgres announces, in the order of the commits; it comes back when it is lost. */
export class Listener {
  private readonly logger = new Logger(Listener.name);
  private readonly stopping = new AbortController();
  private client: Client | undefined;
  private running: Promise<void> | undefined;
  private lastSaid: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ListenerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.running;
  }

  /** Says something over the same connection, after what was said before. Fails when there is none. */
  say(sql: string, parameters: unknown[]): Promise<unknown> {
    const { client } = this;
    const saying = this.lastSaid.then(() => {
      if (!client || client !== this.client) throw new Error('no connection to the database');
      return client.query(sql, parameters);
    });
    this.lastSaid = saying.catch(() => undefined);
    return saying;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.connection().catch((error: unknown) => {
        if (!signal.aborted) this.logger.warn({ err: error }, 'not hearing changes: no connection to the database');
      });
      this.client = undefined;
      this.options.onLost?.();
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends when the connection does. */
  private async connection(): Promise<void> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: this.options.name,
      keepAlive: true,
    });
    const ended = new Promise<void>((resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => resolve());
    });
    ended.catch(() => undefined);
    client.on('notification', ({ channel, payload = '' }) => this.options.onMessage(channel, payload));
    this.client = client;
    try {
      // Ended before its socket is open, `connect` is never heard of again.
      await Promise.race([client.connect(), ended]);
      for (const channel of this.options.channels) await client.query(`LISTEN ${channel}`);
      await this.options.onConnected?.();
      await ended;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
