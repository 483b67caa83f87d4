import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { ConnectionDrain } from './connection-drain';

let server: Server;
let drain: ConnectionDrain;
let port: number;
let seen: { request: IncomingMessage; response: ServerResponse }[];
const clients: Socket[] = [];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    if (request.url === '/at-once') response.end('here');
    else seen.push({ request, response });
    server.emit('seen');
  });
  drain = new ConnectionDrain(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  server.closeAllConnections();
});

/** A connection on which the paths are asked for, once the server has seen it; `ended` gives all that was answered. */
async function client(...paths: string[]): Promise<{ socket: Socket; ended: Promise<string> }> {
  const connected = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => Buffer.concat(chunks).toString());
  await connected;
  for (const path of paths) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(server, 'seen');
  }
  return { socket, ended };
}

it('closes what is idle or never spoke, and takes nobody new', async () => {
  const silent = await client();
  const idle = await client('/at-once');
  await once(idle.socket, 'data');
  await expect(drain.end(60_000)).resolves.toBe(0);
  expect(await silent.ended).toBe('');
  expect(await idle.ended).toMatch(/here$/);
  const late = connect(port, '127.0.0.1');
  await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('lets answers under way be given, and tells those clients that the connection ends', async () => {
  const waiting = await client('/slow');
  const reading = await client('/long');
  seen[1]!.response.writeHead(200, { 'content-length': '8' });
  seen[1]!.response.write('half');
  const ending = drain.end(60_000);
  seen[0]!.response.end('done');
  expect(await waiting.ended).toMatch(/connection: close[^]*done/i);
  seen[1]!.response.end('half');
  expect(await reading.ended).toMatch(/halfhalf$/);
  await expect(ending).resolves.toBe(0);
});

it('closes a connection after a request that arrives meanwhile', async () => {
  const { socket, ended } = await client('/slow');
  seen[0]!.response.writeHead(200, { 'content-length': '2' });
  const ending = drain.end(60_000);
  socket.write('GET /next HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(server, 'seen');
  seen[0]!.response.end('ok');
  seen[1]!.response.end('next');
  expect(await ended).toMatch(/ok[^]*connection: close[^]*next/i);
  await expect(ending).resolves.toBe(0);
});

it('cuts what is not done at the deadline, and says how many that were', async () => {
  const first = await client('/never');
  const second = await client('/never');
  await expect(drain.end(50)).resolves.toBe(2);
  expect(await Promise.all([first.ended, second.ended])).toEqual(['', '']);
});
