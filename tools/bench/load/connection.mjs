// One HTTP/1.1 keep-alive connection of the load client: a request at a time, no pipelining, bodies counted or kept.
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const END_OF_HEAD = '\r\n\r\n';
/** With large blobs each read is a system call: a large buffer spares the client's CPU. */
const READ_BYTES = 1024 * 1024;

/** @typedef {{ host: string, port: number, ca?: string }} Endpoint ca: PEM, speaks TLS */
/** @typedef {{ status: number, head: string, bytes: number, body?: Buffer }} Answer */

export class Connection {
  #endpoint;
  #socket;
  #pending;
  #request;
  #answer;
  #left = 0;
  /** Bytes of bodies that have arrived, those of unfinished answers too. */
  received = 0;

  /** @param {Endpoint} endpoint loopback only: this is no tool to press others with */
  constructor(endpoint) {
    if (!['127.0.0.1', '::1', 'localhost'].includes(endpoint.host)) throw new Error(`${endpoint.host} is not loopback`);
    this.#endpoint = endpoint;
  }

  /** Does nothing when it is open. */
  async open() {
    if (this.isOpen) return;
    const { host, port, ca } = this.#endpoint;
    const onread = { buffer: Buffer.allocUnsafe(READ_BYTES), callback: (bytes, buffer) => this.#read(buffer, bytes) };
    const socket = ca
      ? connectTls({ host, port, ca, servername: 'localhost' })
      : connect({ host, port, noDelay: true, onread });
    // node:tls knows no onread.
    if (ca) socket.on('data', (chunk) => this.#read(chunk, chunk.length));
    await new Promise((resolve, reject) => {
      socket.once(ca ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    socket.on('error', (error) => this.#fail(socket, error));
    socket.on('close', () => this.#fail(socket, new Error('the server closed the connection')));
    this.#socket = socket;
    this.#pending = undefined;
  }

  close() {
    this.#request = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  get isOpen() {
    return this.#socket !== undefined;
  }

  /**
   * Callbacks instead of promises: at 100 000 requests per second a promise each would be felt.
   * @param {Buffer | string} bytes the request, head and all (or its first part, see write())
   * @param {{ isHead?: boolean, keep?: boolean }} options keep: the body comes with the answer
   * @param {(error: Error | undefined, answer?: Answer) => void} done
   */
  send(bytes, options, done) {
    this.#request = { ...options, done };
    this.#socket.write(bytes, 'latin1');
  }

  /** More of the body; resolves when there is room for the next part, at once when the connection has ended. */
  write(...parts) {
    const socket = this.#socket;
    if (!socket) return undefined;
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
    if (!socket.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.once('drain', go).once('close', go);
    });
  }

  /** The same as a promise; opens the connection when the server has closed it. */
  async ask(bytes, options = {}) {
    if (!this.isOpen) await this.open();
    return new Promise((resolve, reject) => {
      this.send(bytes, options, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  #read(buffer, length) {
    let start = 0;
    if (!this.#answer) {
      start = this.#readHead(buffer, length);
      if (start < 0) return true;
    }
    this.#readBody(buffer, start, length);
    return true;
  }

  /** Where the body starts, or -1 when the head is not complete yet. */
  #readHead(buffer, length) {
    const fresh = buffer.subarray(0, length);
    const before = this.#pending?.length ?? 0;
    const bytes = before > 0 ? Buffer.concat([this.#pending, fresh]) : fresh;
    const end = bytes.indexOf(END_OF_HEAD);
    if (end < 0) {
      this.#pending = Buffer.from(bytes);
      return -1;
    }
    this.#pending = undefined;
    const head = bytes.latin1Slice(0, end);
    this.#answer = { status: Number(head.slice(9, 12)), head, bytes: 0, chunks: [] };
    this.#left = this.#bodyLength(head);
    return end + END_OF_HEAD.length - before;
  }

  #bodyLength(head) {
    const { status } = this.#answer;
    if (this.#request?.isHead || status === 204 || status === 304) return 0;
    const stated = /\r\ncontent-length: *(\d+)/i.exec(head);
    // A chunked body ends with a chunk of no bytes; which is looked for at the end of what has arrived.
    return stated ? Number(stated[1]) : Infinity;
  }

  #readBody(buffer, start, length) {
    const answer = this.#answer;
    const size = length - start;
    answer.bytes += size;
    this.received += size;
    this.#left -= size;
    if (this.#request?.keep && size > 0) answer.chunks.push(Buffer.from(buffer.subarray(start, length)));
    const ended =
      this.#left === Infinity ? buffer.latin1Slice(start, length).endsWith(`0${END_OF_HEAD}`) : this.#left <= 0;
    if (ended) this.#finish();
  }

  #finish() {
    const { chunks, ...answer } = this.#answer;
    const request = this.#request;
    this.#answer = undefined;
    this.#request = undefined;
    if (/\r\nconnection: *close/i.test(answer.head)) this.close();
    request?.done(undefined, request.keep ? { ...answer, body: Buffer.concat(chunks) } : answer);
  }

  #fail(socket, error) {
    // An earlier connection, closed since.
    if (socket !== this.#socket) return;
    const request = this.#request;
    this.#answer = undefined;
    this.close();
    request?.done(error);
  }
}

/** A request's head. `headers` are lines without line ends. */
export function requestHead(method, path, headers) {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}
