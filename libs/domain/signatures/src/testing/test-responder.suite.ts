import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

interface Asked {
  method: string;
  path: string;
  type: string | undefined;
  body: Buffer;
}

type Answer = Buffer | number | { location: string };

/** OCSP responder and place of revocation lists on loopback. It can go away, and come back at the same address. */
export class TestResponder {
  readonly asked: Asked[] = [];
  /** By path: the bytes, or a status; without: 404. */
  readonly answers = new Map<string, Answer>();
  /** How long it thinks before it answers. */
  slowMs = 0;
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { method = '', url: path = '' } = request;
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.asked.push({ method, path, type: request.headers['content-type'], body: Buffer.concat(parts) });
        const answer = this.answers.get(path) ?? 404;
        void sleep(this.slowMs, undefined, { ref: false }).then(() => {
          if (Buffer.isBuffer(answer)) response.end(answer);
          else if (typeof answer === 'number') response.writeHead(answer).end();
          else response.writeHead(302, answer).end();
        });
      });
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

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Paths asked since the last time. */
  paths(): string[] {
    return this.asked.splice(0).map(({ path }) => path);
  }
}
