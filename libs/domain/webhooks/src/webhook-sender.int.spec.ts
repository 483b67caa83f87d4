import { makeTestCertificate } from '@breakwater/testing';
import dns, { type LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebhookSender } from './webhook-sender';

const config = { WEBHOOK_ALLOWED_NETWORKS: ['127.0.0.0/8', '::1'], JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT: 1 };
const sender = new WebhookSender(config);
const signal = new AbortController().signal;
const servers: Server[] = [];
let asked = 0;

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.on('request', () => asked++);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener) => listen(createServer(listener));
const send = (address: string, skipCertVerify = false, by = sender) =>
  by.send(
    { address, headers: { 'content-type': 'application/json', 'x-test': 'yes' }, body: '{"a":"ü"}', skipCertVerify },
    signal,
  );

beforeEach(() => (asked = 0));
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('WebhookSender', () => {
  it('posts the body with its headers and reads the answer', async () => {
    let heard = '';
    const port = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => (heard += text));
      request.on('end', () => {
        heard += ` ${request.method} ${request.headers['x-test']} ${request.headers['content-length']}`;
        response.writeHead(202, { 'x-answer': 'a' }).end('thanks');
      });
    });
    expect(await send(`http://127.0.0.1:${port}/hook`)).toMatchObject({
      status: 202,
      headers: { 'x-answer': 'a' },
      body: 'thanks',
    });
    expect(heard).toBe('{"a":"ü"} POST yes 10');
  });

  it('follows no redirect', async () => {
    const port = await serve((_request, response) => response.writeHead(302, { location: '/other' }).end());
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 302 });
    expect(asked).toBe(1);
  });

  it('reads no more of an answer than is kept', async () => {
    const port = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const { status, body } = await send(`http://127.0.0.1:${port}/`);
    expect([status, body.length]).toEqual([200, 16_384]);
  });

  it('waits as long as it is told, also for an answer that never ends', async () => {
    const silent = await serve(() => undefined);
    await expect(send(`http://127.0.0.1:${silent}/`)).rejects.toThrow('no answer within 1 s');
    const endless = await serve((_request, response) => void response.writeHead(200).write('a'));
    await expect(send(`http://127.0.0.1:${endless}/`)).rejects.toThrow('no answer within 1 s');
  });

  it('stops when it is told', async () => {
    const port = await serve(() => undefined);
    const stopping = new AbortController();
    const request = { address: `http://127.0.0.1:${port}/`, headers: {}, body: '', skipCertVerify: false };
    const sending = sender.send(request, stopping.signal);
    setTimeout(() => stopping.abort(new Error('stopped')), 20);
    await expect(sending).rejects.toThrow('stopped');
  });

  it('checks certificates unless it is told not to', async () => {
    const port = await listen(createTlsServer(makeTestCertificate(), (_request, response) => response.end()));
    await expect(send(`https://localhost:${port}/`)).rejects.toThrow(/self-signed|certificate/);
    expect(await send(`https://localhost:${port}/`, true)).toMatchObject({ status: 200 });
  });

  describe('with names', () => {
    const once = new WebhookSender({ ...config, WEBHOOK_ALLOWED_NETWORKS: ['127.0.0.1'] });
    type Answered = (error: null, addresses: LookupAddress[]) => void;

    /** A name server that answers something else each time it is asked; counts how often it was. */
    function nameServer(...answers: string[][]) {
      let turn = 0;
      const answer = (_name: string, _options: object, callback: Answered) => {
        const addresses = answers[Math.min(turn++, answers.length - 1)]!;
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      };
      return jest.spyOn(dns, 'lookup').mockImplementation(answer as never);
    }
    afterEach(() => jest.restoreAllMocks());

    it('connects to the address that was checked, whatever the name means a moment later', async () => {
      const port = await serve((_request, response) => response.end());
      const lookups = nameServer(['127.0.0.1'], ['127.0.0.2']);
      expect(await send(`http://rebinding.test:${port}/`, false, once)).toMatchObject({ status: 200 });
      expect(lookups).toHaveBeenCalledTimes(1);
    });

    it('asks nothing of a name that has an internal address among others', async () => {
      const port = await serve((_request, response) => response.end());
      nameServer(['127.0.0.1', '10.0.0.1']);
      await expect(send(`http://both.test:${port}/`, false, once)).rejects.toThrow('both.test is an internal address');
      expect(asked).toBe(0);
    });
  });

  describe('without leave', () => {
    const strict = new WebhookSender({ ...config, WEBHOOK_ALLOWED_NETWORKS: [] });

    it.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0.0.0.0'])(
      'asks nothing of %s',
      async (host) => {
        const port = await listen(
          createServer((_request, response) => response.end()),
          '::',
        );
        await expect(send(`http://${host}:${port}/`, false, strict)).rejects.toThrow('is an internal address');
        expect(asked).toBe(0);
      },
    );
  });
});
