import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Platform } from './platform';

/** In front of the platform on a port of its own; tells what a client asked for. */
export interface RecordingProxy {
  /** host:port */
  host: string;
  /** `GET /v2/… 200` since the last call, without queries, in the order of their answers. */
  taken(): string[];
  close(): Promise<void>;
}

export async function startRecordingProxy({ httpPort }: Platform): Promise<RecordingProxy> {
  let seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    // The Host stays the client's, so that tokens and uploads lead back here.
    const forwarded = request({ port: httpPort, host: '127.0.0.1', method, path: url, headers, agent: false });
    forwarded.once('response', (answer) => {
      seen.push(`${method} ${url.split('?')[0]} ${answer.statusCode}`);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.once('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    taken: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
