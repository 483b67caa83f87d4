import { connect, type Socket } from 'node:net';

export interface Head {
  /** `PUT /v2/… ` without the version. */
  line: string;
  headers: Record<string, string | number>;
}

export interface RawExchange {
  /** Status of the first answer, which may be 100. */
  status: number;
  /** Sends more bytes and gives the status of the next answer. */
  continueWith(body: Buffer): Promise<number>;
  close(): void;
}

/** Sends the head of a request and nothing of its body, then waits for the first status line. */
export async function sendHead(port: number, { line, headers }: Head): Promise<RawExchange> {
  const socket = connect(port, '127.0.0.1');
  const fields = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write([`${line} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
  const statuses = readStatuses(socket);
  return {
    status: await statuses(),
    continueWith: (body) => {
      socket.write(body);
      return statuses();
    },
    close: () => socket.destroy(),
  };
}

/** Each call resolves with the next status line's code; a connection that ends first is an error. */
function readStatuses(socket: Socket): () => Promise<number> {
  let received = '';
  let seen = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  return () =>
    new Promise((resolve, reject) => {
      const look = () => {
        const codes = [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code));
        const code = codes[seen];
        if (code === undefined) return;
        seen += 1;
        socket.off('data', look);
        resolve(code);
      };
      socket.on('data', look);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`closed after: ${received}`)));
      look();
    });
}
