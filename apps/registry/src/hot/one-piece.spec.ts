import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { goesInOnePiece, headOf, sendInOnePiece } from './one-piece';

const headers = ['Content-Type', 'text/plain', 'Content-Length', '5', 'ETag', '"x"'];
const head = headOf(headers);
/** Bytes that are no UTF-8. */
const body = Buffer.from([0x68, 0xc3, 0xff, 0x00, 0x0a]);

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** What the server sends to raw requests on one connection, until it is silent or ends. */
async function exchange(listener: RequestListener, request: string): Promise<string> {
  server = createServer({ keepAliveTimeout: 50 }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

const fast: RequestListener = (request, response) => {
  if (!goesInOnePiece(request, response)) response.writeHead(500).end();
  else sendInOnePiece(response, { head, id: 'id-1', body: request.method === 'HEAD' ? '' : body.toString('latin1') });
};
const node: RequestListener = (_request, response) =>
  void response.writeHead(200, [...headers, 'X-Request-Id', 'id-1']).end(body);

const parts = (answer: string) => {
  const [top = '', rest] = answer.split('\r\n\r\n');
  const [status, ...fields] = top.replace(/Date: .*/, 'Date: now').split('\r\n');
  return { status, fields: fields.sort(), rest };
};

describe('an answer in one piece', () => {
  it.each(['GET', 'HEAD'])('is what Node sends, to %s', async (method) => {
    const request = `${method} / HTTP/1.1\r\nHost: x\r\n\r\n`;
    const ours = await exchange(fast, request);
    server.close();
    expect(parts(ours)).toEqual(parts(await exchange(node, request)));
  });

  it('leaves the connection to the next request', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    const answers = await exchange(fast, request + request + request);
    expect(answers.split('HTTP/1.1 200 OK')).toHaveLength(4);
    expect(answers.split(body.toString('latin1'))).toHaveLength(4);
  });

  it.each([
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['a connection that is to be closed', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('is not for %s', async (_what, request) => {
    expect(await exchange(fast, request)).toContain('500 Internal Server Error');
  });

  it('is not for a server that drains', async () => {
    const draining: RequestListener = (request, response) => {
      response.setHeader('Connection', 'close');
      fast(request, response);
    };
    expect(await exchange(draining, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('500 Internal Server Error');
  });

  it('refuses a value that would end its line', () => {
    expect(() => headOf(['Content-Type', 'a\r\nSet-Cookie: b'])).toThrow('Invalid character in header content');
  });
});
