import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

interface SeenRequest {
  method: string;
  /** With the query: `/bucket/key?uploadId=…`. */
  path: string;
  headers: IncomingHttpHeaders;
}

interface Refusal {
  status: number;
  /** S3 error code. */
  code: string;
}

/** Between an S3 client and its server: passes requests on and remembers them, except those that `refuse` answers. */
export class S3FaultProxy {
  readonly seen: SeenRequest[] = [];
  refuse: (request: SeenRequest) => Refusal | undefined = () => undefined;
  private readonly server = createServer((request, response) => this.answer(request, response));

  private constructor(private readonly target: URL) {}

  static async start(endpoint: string): Promise<S3FaultProxy> {
    const proxy = new S3FaultProxy(new URL(endpoint));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers };
    this.seen.push(seen);
    const refusal = this.refuse(seen);
    if (refusal) {
      request.resume().once('end', () => {
        response.writeHead(refusal.status, { 'content-type': 'application/xml' });
        response.end(`<Error><Code>${refusal.code}</Code><Message>refused by the test</Message></Error>`);
      });
      return;
    }
    // The Host header stays as it is: it is signed.
    const onward = send({ host: this.target.hostname, port: this.target.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  }
}
