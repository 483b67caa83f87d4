import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const sweepMs = 200;

/** Ends a server without cutting off who is being served. Make it before the server listens. */
export class ConnectionDrain {
  private readonly sockets = new Set<Socket>();

  constructor(private readonly server: Server) {
    // With TLS both the connection and what is read from it; one closes with the other.
    for (const event of ['connection', 'secureConnection']) server.on(event, (socket: Socket) => this.watch(socket));
  }

  /**
   * Accepts no connection from now on, closes those that are idle, and the others when they have got their answer.
   * What is still open after `deadlineMs` is cut. Resolves when all is closed, with how many had to be cut.
   */
  async end(deadlineMs: number): Promise<number> {
    const { server } = this;
    server.prependListener('request', (_request, response) => announceClose(response));
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.sockets) this.tell(socket);
    // Who was past the headers of a long answer becomes idle when it ends.
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    let cut = 0;
    const deadline = setTimeout(() => {
      cut = this.sockets.size;
      for (const socket of this.sockets) socket.destroy();
    }, deadlineMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(deadline);
    return cut;
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private tell(socket: Socket): void {
    // Node's own note of the answer under way; should it go one day, the sweep still closes the connection.
    const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
    if (response) announceClose(response);
    // To Node, a connection on which nothing was said yet is not idle.
    else if (socket.bytesRead === 0) socket.destroy();
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
