import net from 'node:net';
import tls from 'node:tls';

/**
 * A connection that sends bytes as they are and reads answers: HTTP clients tidy what they send, which is what this
 * must not do. One exchange at a time.
 */
export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #wake = () => undefined;
  #ended = false;

  constructor({ protocol, hostname, port }) {
    const host = hostname.replace(/^\[|\]$/g, '');
    const options = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    this.#socket =
      protocol === 'https:' ? tls.connect({ ...options, rejectUnauthorized: false }) : net.connect(options);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const event of ['close', 'error', 'end'])
      this.#socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
  }

  get usable() {
    return !this.#ended;
  }

  close() {
    this.#socket.destroy();
  }

  /** Undefined when the connection ends, or `waitMs` pass, without an answer. `head`: its answer has no body. */
  async exchange(bytes, { head = false, waitMs = 10_000, end = false } = {}) {
    const deadline = Date.now() + waitMs;
    if (end) this.#socket.end(bytes);
    else this.#socket.write(bytes);
    for (;;) {
      const answer = this.#next(head);
      if (answer) return answer;
      if (this.#ended || Date.now() >= deadline) return undefined;
      await this.#more(deadline - Date.now());
    }
  }

  /** The next answer, if all of it is here; `100 Continue` is none yet. */
  #next(head) {
    for (;;) {
      const answer = parseAnswer(this.#received, { head, ended: this.#ended });
      if (!answer) return undefined;
      this.#received = this.#received.subarray(answer.length);
      if (answer.status >= 200) return answer;
    }
  }

  #more(waitMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Undefined while the answer is not whole. `length`: the bytes it took. */
function parseAnswer(received, { head, ended }) {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine, ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = headEnd + 4;
  const without = head || status < 200 || status === 204 || status === 304;
  const body = without ? { bytes: Buffer.alloc(0), end: start } : readBody(received, start, { headers, ended });
  return body && { status, headers, body: body.bytes, length: body.end, extra: received.length - body.end };
}

function readBody(received, start, { headers, ended }) {
  if (headers['transfer-encoding'] === 'chunked') return readChunks(received, start);
  if (headers['content-length'] === undefined)
    return ended ? { bytes: received.subarray(start), end: received.length } : undefined;
  const end = start + Number(headers['content-length']);
  return received.length >= end ? { bytes: received.subarray(start, end), end } : undefined;
}

function readChunks(received, start) {
  const chunks = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(received.subarray(at, lineEnd).toString('latin1'), 16);
    const next = lineEnd + 2 + size + 2;
    if (received.length < next) return undefined;
    chunks.push(received.subarray(lineEnd + 2, lineEnd + 2 + size));
    if (size === 0) return { bytes: Buffer.concat(chunks), end: next };
    at = next;
  }
}
