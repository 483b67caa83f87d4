import { createHash } from 'node:crypto';
import { type Answer, basic, type Credentials, expectStatus, type RequestOptions, send } from './http';
import type { Platform } from './platform';

export const MediaType = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The parameters of a Bearer challenge (RFC 6750 section 3). */
export function parseChallenge(header: string | undefined): Record<string, string> {
  if (!header?.startsWith('Bearer ')) throw new Error(`no Bearer challenge: ${header}`);
  return Object.fromEntries([...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
}

/** Does what every client does: asks /v2/ where tokens come from, then asks there for one. */
export async function fetchToken(url: string, scope: string, credentials?: Credentials): Promise<Answer> {
  const challenge = parseChallenge((await send(`${url}/v2/`)).headers['www-authenticate']);
  const query = new URLSearchParams({ service: challenge.service ?? '', scope });
  const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
  return send(`${challenge.realm}?${query}`, { headers });
}

/** One repository under /v2, with a token for it. */
export class RepositoryClient {
  private constructor(
    readonly url: string,
    readonly name: string,
    readonly authorization: string,
  ) {}

  static async open(platform: Platform, name: string, credentials?: Credentials): Promise<RepositoryClient> {
    const answer = await fetchToken(platform.httpUrl, `repository:${name}:pull,push,delete`, credentials);
    const { token } = expectStatus(answer, 200).json<{ token: string }>();
    return new RepositoryClient(platform.httpUrl, name, `Bearer ${token}`);
  }

  /** `path` is absolute (an upload's Location) or below /v2/<name>/. */
  send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const headers = { authorization: this.authorization, ...options.headers };
    return send(this.resolve(path), { ...options, method, headers });
  }

  resolve(path: string): string {
    if (/^https?:/.test(path)) return path;
    return path.startsWith('/') ? `${this.url}${path}` : `${this.url}/v2/${this.name}/${path}`;
  }

  /** Opens an upload and returns its location. */
  async startUpload(): Promise<string> {
    const answer = expectStatus(await this.send('POST', 'blobs/uploads/'), 202);
    return String(answer.headers.location);
  }

  async pushBlob(bytes: Buffer, mediaType: string): Promise<Descriptor> {
    const digest = sha256(bytes);
    const location = await this.startUpload();
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    expectStatus(await this.send('PUT', path, { body: bytes, headers }), 201);
    return { mediaType, digest, size: bytes.length };
  }

  /** Returns the digest. */
  async pushManifest(reference: string, manifest: object): Promise<string> {
    const body = JSON.stringify(manifest);
    const headers = { 'content-type': MediaType.manifest };
    expectStatus(await this.send('PUT', `manifests/${reference}`, { body, headers }), 201);
    return sha256(body);
  }

  /** A small image of one layer; returns the manifest's digest. */
  async pushImage(tag: string, layer: Buffer): Promise<string> {
    const blob = await this.pushBlob(layer, MediaType.layer);
    const rootfs = { type: 'layers', diff_ids: [blob.digest] };
    const settings = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs });
    const config = await this.pushBlob(Buffer.from(settings), MediaType.config);
    return this.pushManifest(tag, { schemaVersion: 2, mediaType: MediaType.manifest, config, layers: [blob] });
  }
}
