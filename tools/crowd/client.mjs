// One member of the crowd: a connection of its own, bodies made while they are sent, nothing kept.
import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

const ANSWER_MS = 900_000;

export class CrowdClient {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #endpoint;
  #authorization;

  /** @param {{ host: string, port: number }} endpoint loopback @param {string} authorization header value */
  constructor(endpoint, authorization) {
    this.#endpoint = endpoint;
    this.#authorization = authorization;
  }

  close() {
    this.#agent.destroy();
  }

  /** A request without a body, or with a small one; throws unless it is answered as expected. */
  async ask(expected, method, path, { body, headers = {} } = {}) {
    const request = this.open(method, path, { 'content-length': Buffer.byteLength(body ?? ''), ...headers });
    request.end(body);
    const response = await answerOf(request);
    const text = await textOf(response);
    if (response.statusCode !== expected) throw new Error(`${method} was answered ${response.statusCode} ${text}`);
    return response.headers;
  }

  open(method, path, headers) {
    const all = { authorization: this.#authorization, ...headers };
    const { host, port } = this.#endpoint;
    return httpRequest({ host, port, method, path, headers: all, agent: this.#agent, timeout: ANSWER_MS });
  }
}

export function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', (error) => reject(new Error(`${request.method}: ${error.code ?? error.message}`)));
    request.once('timeout', () => request.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} s`)));
  });
}

export async function textOf(response) {
  let text = '';
  for await (const chunk of response) text = (text + chunk).slice(0, 300);
  return text.trim();
}

/** Resolves when there is room for more, or nobody reads any longer. */
export function write(request, ...parts) {
  let hasRoom = true;
  for (const part of parts) hasRoom = request.write(part);
  if (hasRoom || request.destroyed) return undefined;
  return new Promise((resolve) => {
    const go = () => {
      request.off('drain', go).off('close', go).off('response', go);
      resolve();
    };
    request.once('drain', go).once('close', go).once('response', go);
  });
}

export async function digestOfStream(stream) {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
