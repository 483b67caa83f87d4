import { AddressGuard, CONFIG } from '@breakwater/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntry } from './audit-entries';
import { readEndpoint, type ForwardEndpoint } from './forward-endpoint';
import { syslogFrame } from './syslog-message';

/** Entries that wait at most; beyond that, the oldest are dropped. */
const mostWaiting = 10_000;
const batchSize = 200;
const timeoutMs = 5_000;
const pauses = { firstMs: 500, mostMs: 30_000 };
/** How long the end of the process waits for what is still to be sent. */
const lastMs = 2_000;

/**
 * Sends entries to a syslog receiver over TCP, in the order given, from a bounded buffer: whoever offers never waits and
 * never fails. Receivers are inside the network as a rule, but neither this machine nor what gives it credentials. One
 * acknowledges nothing, so what it was sent just before it went away may be lost.
 */
@Injectable()
export class AuditForwarder implements OnApplicationShutdown {
  private readonly logger = new Logger(AuditForwarder.name);
  private waiting: AuditEntry[] = [];
  private endpoint: ForwardEndpoint | undefined;
  private address = '';
  private socket: Socket | undefined;
  private sending: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  /** The last attempt came through. */
  private reached = true;
  private readonly guard: AddressGuard;
  forwarded = 0;
  dropped = 0;

  /** Only the job service, which is who forwards, has the variable. */
  constructor(@Inject(CONFIG) config: { AUDIT_LOG_ALLOWED_NETWORKS?: string[] }) {
    this.guard = new AddressGuard({
      allowed: config.AUDIT_LOG_ALLOWED_NETWORKS ?? [],
      allowedBy: 'AUDIT_LOG_ALLOWED_NETWORKS',
      reach: 'private networks',
    });
  }

  /** Whether `address` is one, and took what it was sent lately: else the database should have the entries. */
  takes(address: string): boolean {
    return readEndpoint(address) !== undefined && (address !== this.address || this.reached);
  }

  offer(address: string, entries: readonly AuditEntry[]): void {
    if (!this.turnTo(address)) return;
    this.waiting.push(...entries);
    this.drop();
    this.begin();
  }

  private begin(): void {
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
      // Offered when there was nothing left, and the sender had not ended yet.
      if (this.waiting.length > 0 && !this.stopping.signal.aborted) this.begin();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.sending, sleep(lastMs, undefined, { ref: false })]);
    this.stopping.abort();
    await this.sending;
    this.hangUp();
  }

  private turnTo(address: string): boolean {
    if (address !== this.address) {
      this.address = address;
      this.endpoint = readEndpoint(address);
      this.reached = true;
      this.hangUp();
      if (!this.endpoint) this.logger.warn({ address }, 'audit_log_forward_endpoint is no host:port');
    }
    return this.endpoint !== undefined;
  }

  private async send(): Promise<void> {
    let pause = pauses.firstMs;
    while (this.waiting.length > 0 && !this.stopping.signal.aborted) {
      const batch = this.waiting.splice(0, batchSize);
      try {
        await this.write(Buffer.concat(batch.map((entry) => syslogFrame(entry, hostname()))));
        this.forwarded += batch.length;
        this.reached = true;
        pause = pauses.firstMs;
      } catch (error) {
        this.keep(batch, error);
        await sleep(pause, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
        pause = Math.min(2 * pause, pauses.mostMs);
      }
    }
  }

  private keep(batch: AuditEntry[], error: unknown): void {
    if (this.reached) this.logger.warn({ err: error, address: this.address }, 'the audit log cannot be forwarded');
    this.reached = false;
    this.hangUp();
    this.waiting = [...batch, ...this.waiting];
    this.drop();
  }

  private drop(): void {
    const over = this.waiting.length - mostWaiting;
    if (over <= 0) return;
    this.waiting.splice(0, over);
    this.dropped += over;
  }

  private async write(bytes: Buffer): Promise<void> {
    const socket = await this.connected();
    await inTime(socket, (done) => socket.write(bytes, done));
  }

  private async connected(): Promise<Socket> {
    if (this.socket?.writable && !this.socket.readableEnded) return this.socket;
    this.hangUp();
    const { host, port } = this.endpoint as ForwardEndpoint;
    this.guard.check(host);
    const socket = connect({ host, port, lookup: this.guard.lookup, keepAlive: true });
    this.socket = socket;
    // Without a listener, an error between two writes would end the process.
    socket.on('error', () => undefined);
    // Receivers say nothing; reading is how it shows that one went away.
    socket.resume();
    socket.unref();
    await inTime(socket, (done) => socket.once('connect', () => done()));
    return socket;
  }

  private hangUp(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }
}

/** What `start` begins on the socket; rejects when that fails, ends the socket or takes too long. */
function inTime(socket: Socket, start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      clearTimeout(timer);
      socket.off('error', done).off('close', closed);
      if (error) reject(error);
      else resolve();
    };
    const closed = (): void => done(new Error('the connection was closed'));
    const timer = setTimeout(() => done(new Error('no answer in time')), timeoutMs);
    socket.once('error', done).once('close', closed);
    start(done);
  });
}
