import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A delivery that was answered with 2xx. */
export interface Delivered<Body = unknown> {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: Body;
}

/** A receiver of webhooks on loopback, which can go away and come back at the same address. */
export class WebhookReceiver {
  readonly delivered: Delivered[] = [];
  /** Paths of all requests, answered or not. */
  readonly asked: string[] = [];
  /** Requests that were answered with something else. */
  refused = 0;
  status = 200;
  /** How long it thinks before it answers. */
  slowMs = 0;
  /** What it says besides its status; without: `answer 200`. */
  answers: ((call: Omit<Delivered, 'body'>) => { headers: Record<string, string>; body: string }) | undefined;
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { url: path = '', headers } = request;
      let text = '';
      this.asked.push(path);
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on(
        'end',
        () =>
          void sleep(this.slowMs, undefined, { ref: false }).then(() => this.answer({ path, headers, text }, response)),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private answer(call: Omit<Delivered, 'body'>, response: ServerResponse): void {
    const { status } = this;
    if (status < 300) this.delivered.push({ ...call, body: JSON.parse(call.text) });
    else this.refused++;
    const { headers = {}, body = `answer ${status}` } = this.answers?.(call) ?? {};
    response.writeHead(status, headers).end(body);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** What came to that path and speaks of `about`, in the order it came. */
  on<Body = unknown>(path: string, about = ''): Delivered<Body>[] {
    return this.delivered.filter((call) => call.path === path && call.text.includes(about)) as Delivered<Body>[];
  }
}
