// Requests through the front door, as the administrator.
import { Agent, request } from 'node:http';

const TIMEOUT_MS = 30_000;

export class FrontDoor {
  #sockets = new WeakSet();
  // Less than nginx waits for the next request: who reuses a connection must be the first to drop it.
  #agent = new Agent({ keepAlive: true, timeout: TIMEOUT_MS });
  #authorization;
  #port;

  constructor(port, { username, password }) {
    this.#port = port;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /**
   * Rejects when no whole answer comes.
   * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer }>}
   */
  send(method, path, { body, headers = {} } = {}) {
    return new Promise((resolve, reject) => {
      const length = body === undefined && method === 'GET' ? {} : { 'content-length': String(body?.length ?? 0) };
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        timeout: TIMEOUT_MS,
        headers: { authorization: this.#authorization, ...length, ...headers },
      };
      const outgoing = request(options, (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('close', () =>
          incoming.complete
            ? resolve({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) })
            : reject(new Error('the answer was cut')),
        );
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
      // An answer before the body was sent leaves a write behind that fails when nobody listens any more.
      outgoing.once('socket', (socket) => this.#quiet(socket));
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  #quiet(socket) {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
  }

  close() {
    this.#agent.destroy();
  }
}
