import { digestOf, mediaTypes } from '@breakwater/kernel';
import type { Answer, HttpClient, RequestOptions } from './http-client';
import { configBytes, imageManifest } from './images';

export interface Image {
  digest: string;
  manifest: Buffer;
  config: Buffer;
  layers: Buffer[];
}

/** One caller's view of one repository. Paths start below `/v2/<name>`. */
export class RepositoryClient {
  constructor(
    readonly http: HttpClient,
    readonly name: string,
    readonly authorization: string | undefined,
  ) {}

  send(method: string, path: string, { headers, body }: RequestOptions = {}): Promise<Answer> {
    const authorization: Record<string, string> = this.authorization ? { authorization: this.authorization } : {};
    const target = path.startsWith('/v2/') ? path : `/v2/${this.name}${path}`;
    return this.http.send(method, target, { headers: { ...authorization, ...headers }, body });
  }

  /** Starts an upload and gives its location. */
  async startUpload(query = ''): Promise<string> {
    return location(expectStatus(await this.send('POST', `/blobs/uploads/${query}`), 202));
  }

  /** Pushes a blob in one request and gives its digest. */
  async pushBlob(bytes: Buffer, digest = digestOf(bytes)): Promise<string> {
    expectStatus(await this.send('POST', `/blobs/uploads/?digest=${digest}`, { body: bytes }), 201);
    return digest;
  }

  pushManifest(payload: Buffer, reference: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { mediaType = mediaTypes.ociManifest } = JSON.parse(payload.toString()) as { mediaType?: string };
    return this.send('PUT', `/manifests/${reference}`, {
      headers: { 'content-type': mediaType, ...headers },
      body: payload,
    });
  }

  /** An image with its blobs. Different `seed`, different image. */
  async pushImage(seed: string, tag?: string): Promise<Image> {
    const layers = [Buffer.from(`first layer of ${seed}`), Buffer.from(`second layer of ${seed}`)];
    const config = configBytes({ author: seed });
    for (const blob of [config, ...layers]) await this.pushBlob(blob);
    const manifest = imageManifest(config, layers);
    const digest = digestOf(manifest);
    expectStatus(await this.pushManifest(manifest, tag ?? digest), 201);
    return { digest, manifest, config, layers };
  }
}

export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status}: ${answer.body.toString('utf8').slice(0, 1_000)}`);
}

/** A refusal that says when to come back, as every answer under `/v2` looks. */
export function expectRefused(answer: Answer, status: number, code: string): void {
  expectStatus(answer, status);
  expect(answer.codes()).toEqual([code]);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.headers).toMatchObject({
    'docker-distribution-api-version': 'registry/2.0',
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': expect.any(String),
  });
}

export function location(answer: Answer): string {
  const { location: value } = answer.headers;
  if (value === undefined) throw new Error(`no Location in ${JSON.stringify(answer.headers)}`);
  return value;
}
