// Pushes as clients do them: every request of the distribution specification that the benchmark needs.
import { createHash, randomBytes } from 'node:crypto';
import { Connection, requestHead } from './connection.mjs';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
/** So much is written at a time when a body is sent in parts. */
const PART_BYTES = 256 * 1024;

export const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export class RegistryClient {
  #connection;
  #headers;

  /** @param {import('./connection.mjs').Endpoint} endpoint @param {string} header with the credentials, or '' */
  constructor(endpoint, header) {
    this.#connection = new Connection(endpoint);
    this.#headers = header ? [header] : [];
  }

  close() {
    this.#connection.close();
  }

  /** Where the upload goes on: its path with query. */
  async startUpload(repository) {
    const { head } = await this.#ask(202, 'POST', `/v2/${repository}/blobs/uploads/`, { body: '' });
    return locationOf(head);
  }

  /** POST, then PUT with the whole blob. Answers its digest. */
  async pushBlob(repository, bytes) {
    const digest = sha256(bytes);
    const location = await this.startUpload(repository);
    await this.#ask(201, 'PUT', withDigest(location, digest), { body: bytes });
    return digest;
  }

  async mount(repository, digest, from) {
    await this.#ask(201, 'POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`, { body: '' });
  }

  async pushManifest(repository, reference, manifest) {
    const headers = [`Content-Type: ${MANIFEST}`];
    await this.#ask(201, 'PUT', `/v2/${repository}/manifests/${reference}`, { body: manifest, headers });
  }

  async getManifest(repository, reference) {
    const headers = [`Accept: ${MANIFEST}`];
    return (await this.#ask(200, 'GET', `/v2/${repository}/manifests/${reference}`, { headers })).body;
  }

  async getBlob(repository, digest) {
    return (await this.#ask(200, 'GET', `/v2/${repository}/blobs/${digest}`, {})).body;
  }

  async finishUpload(location, digest) {
    await this.#ask(201, 'PUT', withDigest(location, digest), { body: '' });
  }

  /** Sends `bytes` bytes of `block`, over and over, as one body; chunked: without a length, as docker does it. */
  async sendLong(method, path, { block, bytes, status, range, chunked = false }) {
    const headers = ['Content-Type: application/octet-stream', ...(range ? [`Content-Range: ${range}`] : [])];
    headers.push(chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`);
    await this.#connection.open();
    const answer = this.#ask(status, method, path, { headers });
    const [{ head }] = await Promise.all([answer, this.#sendBody(block, bytes, chunked)]);
    return locationOf(head);
  }

  async #sendBody(block, bytes, chunked) {
    for (let sent = 0; sent < bytes; sent += PART_BYTES) {
      const at = sent % block.length;
      const part = block.subarray(at, at + Math.min(PART_BYTES, bytes - sent));
      const frame = chunked ? [`${part.length.toString(16)}\r\n`, part, '\r\n'] : [part];
      await this.#connection.write(...frame);
    }
    if (chunked) await this.#connection.write('0\r\n\r\n');
  }

  async #ask(expected, method, path, { body, headers = [] }) {
    const all = [...this.#headers, ...headers];
    if (body !== undefined) all.push(`Content-Length: ${Buffer.byteLength(body)}`);
    const head = Buffer.from(requestHead(method, path, all), 'latin1');
    const answer = await this.#connection.ask(body ? Buffer.concat([head, Buffer.from(body)]) : head, { keep: true });
    if (answer.status === expected) return answer;
    const message = `${method} ${path} was answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`;
    throw Object.assign(new Error(message), { status: answer.status });
  }
}

const locationOf = (head) => {
  const url = new URL(/\r\nlocation: *(\S+)/i.exec(head)?.[1] ?? '/', 'http://localhost');
  return url.pathname + url.search;
};

export const withDigest = (location, digest) => `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;

/**
 * @param {{ config: { digest: string, size: number }, layers: { digest: string, size: number }[], name: string }} image
 *   name: makes the manifest a different one
 */
export function imageManifest({ config, layers, name }) {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, ...config },
    layers: layers.map((layer) => ({ mediaType: LAYER, ...layer })),
    annotations: { 'org.opencontainers.image.title': name },
  });
}

/** Bytes that no other call has made: random ones once, with a new beginning each time. */
export function uniqueBlobs(size) {
  const bytes = randomBytes(size);
  return () => {
    randomBytes(16).copy(bytes);
    return bytes;
  };
}
