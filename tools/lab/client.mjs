// A small client for the lab: the management API of one core, and a repository at one registry.
import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

export const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const basic = ({ username, password }) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer }} Answer */

/**
 * Answers that come before the whole body was sent count: a server that refuses need not read on.
 * @param {string} url
 * @param {{ method?: string, headers?: Record<string, string>, body?: Buffer | string, timeoutMs?: number }} [options]
 * @returns {Promise<Answer>}
 */
export function send(url, { method = 'GET', headers = {}, body, timeoutMs = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent, timeout: timeoutMs });
    request.once('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', (error) => reject(new Error(`${method} ${url}: ${error.message}`, { cause: error })));
    request.once('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.end(body);
  });
}

/** Codes of an answer's error envelope. */
export const codesOf = ({ body }) => JSON.parse(body.toString()).errors.map(({ code }) => code);

/** Carries the answer: by its request id, the services' log says more (`Lab.loggedOf`). */
export class UnexpectedAnswer extends Error {
  constructor(answer, wanted) {
    super(`expected ${wanted.join(' or ')}, got ${answer.status} ${answer.body.toString().slice(0, 300)}`);
    this.answer = answer;
  }
}

export function expectStatus(answer, ...wanted) {
  if (wanted.includes(answer.status)) return answer;
  throw new UnexpectedAnswer(answer, wanted);
}

/** The management API and token service of one core, as one caller. */
export class Api {
  constructor(url, credentials) {
    this.url = url;
    this.credentials = credentials;
  }

  call(method, path, body) {
    const headers = { ...this.#authorization(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    return send(`${this.url}/api/v2.0${path}`, { method, headers, body: body && JSON.stringify(body) });
  }

  askToken(...scopes) {
    const query = new URLSearchParams([
      ['service', 'harbor-registry'],
      ...scopes.map((scope) => ['scope', `repository:${scope}`]),
    ]);
    return send(`${this.url}/service/token?${query}`, { headers: this.#authorization() });
  }

  /** Header value of a token for `name` and whatever the caller may do there. */
  async token(...names) {
    const answer = expectStatus(await this.askToken(...names.map((name) => `${name}:pull,push,delete`)), 200);
    return `Bearer ${JSON.parse(answer.body).token}`;
  }

  async makeProject(name, { isPublic = false, storageLimit = -1 } = {}) {
    const body = { project_name: name, metadata: { public: String(isPublic) }, storage_limit: storageLimit };
    expectStatus(await this.call('POST', '/projects', body), 201);
  }

  /** The last part of the `Location` of what is made. */
  async make(path, body) {
    const answer = expectStatus(await this.call('POST', path, body), 201);
    return { id: Number(String(answer.headers.location).split('/').at(-1)), answer };
  }

  async change(method, path, body) {
    expectStatus(await this.call(method, path, body), 200, 201, 202);
  }

  #authorization() {
    return this.credentials ? { authorization: basic(this.credentials) } : {};
  }
}

/** One repository at one registry. */
export class Repository {
  constructor(url, name, authorization) {
    Object.assign(this, { url, name, authorization });
  }

  /** The same at another replica, or as somebody else. */
  at(url, authorization = this.authorization) {
    return new Repository(url, this.name, authorization);
  }

  /** `path` is absolute, or below /v2/<name>/. */
  send(method, path, { body, headers, timeoutMs } = {}) {
    const url = path.startsWith('http')
      ? path
      : `${this.url}${path.startsWith('/') ? path : `/v2/${this.name}/${path}`}`;
    const authorization = this.authorization ? { authorization: this.authorization } : {};
    return send(url, { method, body, timeoutMs, headers: { ...authorization, ...headers } });
  }

  /** Path of a new upload. */
  async startUpload() {
    const { headers } = expectStatus(await this.send('POST', 'blobs/uploads/'), 202);
    const url = new URL(headers.location, this.url);
    return url.pathname + url.search;
  }

  patch(upload, bytes, start) {
    const range = start === undefined ? {} : { 'content-range': `${start}-${start + bytes.length - 1}` };
    return this.send('PATCH', upload, {
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', ...range },
    });
  }

  finish(upload, digest, body) {
    const path = `${upload}${upload.includes('?') ? '&' : '?'}digest=${digest}`;
    return this.send('PUT', path, { body, headers: { 'content-type': 'application/octet-stream' } });
  }

  async pushBlob(bytes) {
    const digest = digestOf(bytes);
    expectStatus(await this.finish(await this.startUpload(), digest, bytes), 201);
    return { digest, size: bytes.length };
  }

  putManifest(tag, manifest) {
    return this.send('PUT', `manifests/${tag}`, { body: manifest, headers: { 'content-type': MANIFEST } });
  }

  /** Pushes blobs and manifest; the manifest's digest. */
  async pushImage(tag, layers, label = tag) {
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', label }));
    const pushed = [];
    for (const layer of layers) pushed.push(await this.pushBlob(layer));
    const manifest = imageManifest(await this.pushBlob(config), pushed, label);
    expectStatus(await this.putManifest(tag, manifest), 201);
    return digestOf(manifest);
  }

  /** Every byte of an image, compared with its digests. Throws when something lacks or differs. */
  async verify(reference) {
    const { body } = expectStatus(await this.send('GET', `manifests/${reference}`), 200);
    const { config, layers } = JSON.parse(body);
    for (const { digest, size } of [config, ...layers]) {
      const blob = expectStatus(await this.send('GET', `blobs/${digest}`), 200).body;
      if (blob.length !== size || digestOf(blob) !== digest) throw new Error(`${this.name}: ${digest} is damaged`);
    }
    return digestOf(body);
  }
}

export function imageManifest(config, layers, label) {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, ...config },
    layers: layers.map((layer) => ({ mediaType: LAYER, ...layer })),
    annotations: { label },
  });
}
