import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { connect } from 'node:net';

export interface RequestOptions {
  headers?: Record<string, string | string[] | undefined>;
  body?: Buffer | string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json: <T = unknown>() => T;
  /** Codes of the error envelope; fails when there is none. */
  codes: () => string[];
}

/** Requests as they are written: the path is neither decoded nor tidied. */
export class HttpClient {
  private readonly agent: Agent;
  private readonly request: typeof request;

  /** `ca` (PEM): speak TLS, and trust this alone. */
  constructor(
    readonly port: number,
    ca?: string,
  ) {
    this.agent = ca === undefined ? new Agent({ keepAlive: true }) : new TlsAgent({ keepAlive: true, ca });
    this.request = ca === undefined ? request : tlsRequest;
  }

  send(method: string, path: string, { headers = {}, body }: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const chunked = body === undefined || headers['transfer-encoding'] !== undefined;
      const length = chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = { port: this.port, agent: this.agent, method, path, headers: { ...length, ...headers } };
      const outgoing = this.request({ host: '127.0.0.1', ...options }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('end', () =>
          resolve(toAnswer(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks))),
        );
        incoming.once('error', reject);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  /** Everything that comes back for these bytes, until the server or `waitMs` ends it. */
  raw(bytes: Buffer | string, waitMs = 2_000): Promise<string> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      const end = () => {
        clearTimeout(timer);
        socket.destroy();
        resolve(Buffer.concat(chunks).toString('latin1'));
      };
      const timer = setTimeout(end, waitMs);
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.once('close', end);
      socket.once('error', end);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function toAnswer(status: number, headers: IncomingHttpHeaders, body: Buffer): Answer {
  const json = <T>() => JSON.parse(body.toString('utf8')) as T;
  const codes = () => json<{ errors: { code: string }[] }>().errors.map(({ code }) => code);
  return { status, headers, body, json, codes };
}
