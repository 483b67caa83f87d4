import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Credentials {
  username: string;
  password: string;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string | number>;
  body?: Buffer | string | Readable;
  /** PEM certificates to trust; default: the system's. */
  ca?: string;
  /** Address of this machine that the request comes from. */
  localAddress?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
  /** The body parsed as JSON. */
  json<T>(): T;
}

export const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** The answer with its body still to be read. The path goes out exactly as written: nothing is decoded or tidied. */
export async function open(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const { protocol, hostname, port } = new URL(url);
  const path = url.slice(url.indexOf('/', url.indexOf('://') + 3));
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send({
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    path,
    method: options.method ?? 'GET',
    headers: { host: new URL(url).host, ...bodyHeaders(options), ...options.headers },
    ca: options.ca,
    localAddress: options.localAddress,
    agent: false,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  // An early answer, say 401, ends the sending: it is the answer that counts.
  if (options.body instanceof Readable) await Promise.race([pipeline(options.body, request), answered]);
  else request.end(options.body);
  return answered;
}

function bodyHeaders({ body }: RequestOptions): Record<string, number> {
  return typeof body === 'string' || Buffer.isBuffer(body) ? { 'content-length': Buffer.byteLength(body) } : {};
}

export async function send(url: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const text = body.toString('utf8');
  const json = <T>() => JSON.parse(text) as T;
  return { status: response.statusCode ?? 0, headers: response.headers, body, text, json };
}

/** Fails with the whole answer when the status is not the expected one. */
export function expectStatus(answer: Answer, ...wanted: number[]): Answer {
  if (wanted.includes(answer.status)) return answer;
  throw new Error(
    `expected ${wanted.join(' or ')}, got ${answer.status} ${JSON.stringify(answer.headers)}\n${answer.text}`,
  );
}
