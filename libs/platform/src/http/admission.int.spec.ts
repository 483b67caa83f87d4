import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { enterFor, tryEnterFor } from './admission';
import { ConcurrencyLimiter } from './concurrency-limiter';

let server: Server;
let limiter: ConcurrencyLimiter;
let port: number;
/** Requests that reached the server, and those that got a place, by path. */
let arrived: string[];
let placed: Map<string, ServerResponse>;
const clients: Socket[] = [];
/** The server's ends of them. */
let sockets: Socket[];

beforeEach(async () => {
  arrived = [];
  placed = new Map();
  sockets = [];
  limiter = new ConcurrencyLimiter({ limit: 1, queueLength: 10, queueMs: 60_000 });
  server = createServer((request, response) => {
    const { url = '' } = request;
    arrived.push(url);
    enterFor(limiter, request, response, (refusal) => {
      if (refusal) response.writeHead(refusal.status).end();
      else placed.set(url, response);
      server.emit('placed');
    });
    server.emit('arrived');
  });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  server.closeAllConnections();
});

/** Asks for the paths on one connection, without waiting for answers. */
async function ask(...paths: string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => undefined);
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  while (!paths.every((path) => arrived.includes(path))) await once(server, 'arrived');
  return socket;
}

async function untilPlaced(path: string): Promise<ServerResponse> {
  while (!placed.has(path)) await once(server, 'placed');
  return placed.get(path)!;
}

it('gives the place on when the response is over', async () => {
  await ask('/1');
  await ask('/2');
  expect([...placed.keys()]).toEqual(['/1']);
  placed.get('/1')!.end();
  await untilPlaced('/2');
});

it('gives the place on when the client breaks off, and passes over who left the queue', async () => {
  const first = await ask('/1');
  const second = await ask('/2');
  await ask('/3');
  const noticed = once(sockets[1]!, 'close');
  second.destroy();
  await noticed;
  first.destroy();
  await untilPlaced('/3');
  expect([...placed.keys()]).toEqual(['/1', '/3']);
});

it('gets every place back from a connection that asked for several things and broke', async () => {
  limiter = new ConcurrencyLimiter({ limit: 3, queueLength: 10, queueMs: 60_000 });
  const pipelining = await ask('/1', '/2', '/3', '/4');
  expect(placed.size).toBe(3);
  pipelining.destroy();
  await ask('/5', '/6', '/7');
  for (const path of ['/5', '/6', '/7']) await untilPlaced(path);
  expect(placed.has('/4')).toBe(false);
});

it('does not let in who would not wait when all places are taken', async () => {
  await ask('/1');
  const response = placed.get('/1')!;
  expect(tryEnterFor(limiter, response.req, response)).toBe(false);
  response.end();
  await once(response, 'close');
  expect(limiter.tryEnter()).toBe(true);
});
