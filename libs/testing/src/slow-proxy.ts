import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy whose bytes arrive late, or not at all for a while; order is kept, as a network keeps it. */
export interface SlowProxy {
  port: number;
  /** From now on, in both directions. */
  delayMs: number;
  /** Nothing passes until `thaw`. */
  freeze: () => void;
  thaw: () => void;
  close: () => Promise<void>;
}

/** `only`: connections whose first bytes hold this text are slowed (Postgres names the application there), others pass. */
export async function createSlowProxy(target: { host: string; port: number }, only = ''): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  let frozen = Promise.resolve();
  let release = (): void => undefined;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    let slowed = only === '';
    client.once('data', (first: Buffer) => {
      slowed ||= first.includes(only);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      let turn = Promise.resolve();
      from.on('data', (chunk: Buffer) => {
        const due = Date.now() + (slowed ? proxy.delayMs : 0);
        turn = turn.then(async () => {
          if (slowed) await frozen;
          const wait = due - Date.now();
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          to.write(chunk);
        });
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: SlowProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    freeze: () => {
      frozen = new Promise((resolve) => {
        release = resolve;
      });
    },
    thaw: () => release(),
    close: () => {
      release();
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
