import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MetricsServerSettings {
  host: string;
  /** Undefined: nothing is served. */
  port: number | undefined;
  /** What is answered, in Prometheus' text format. */
  scrape: () => Promise<string>;
  contentType: string;
}

/** `GET /metrics` on a port of its own, which the front door knows nothing of. */
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private server: Server | undefined;

  constructor(private readonly settings: MetricsServerSettings) {}

  /** The port listened on. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.settings;
    if (port === undefined) return;
    this.server = createServer((request, response) => void this.answer(request, response)).listen(port, host);
    await once(this.server, 'listening');
    this.logger.log(`metrics on http://${host}:${this.port}/metrics`);
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.split('?')[0] !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await this.settings.scrape();
      response.writeHead(200, { 'content-type': this.settings.contentType }).end(text);
    } catch (error) {
      this.logger.error({ err: error }, 'metrics could not be answered');
      response.writeHead(500).end();
    }
  }
}
