import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { Readable } from 'node:stream';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus, open } from './support/http';
import { until } from './support/ports';
import { descriptors, peersOf, processTree, residentBytes } from './support/processes';
import { RepositoryClient, sha256 } from './support/registry';
import { settings } from './support/settings';

const MiB = 1024 * 1024;
jest.setTimeout(60_000 + (settings.largeBytes / MiB) * 100);

/** Bytes that no two chunks share, made as they are sent. */
function* largeContent(size: number): Generator<Buffer> {
  const pattern = randomBytes(MiB);
  for (let sent = 0; sent < size; sent += pattern.length) {
    const chunk = Buffer.from(pattern.subarray(0, Math.min(pattern.length, size - sent)));
    chunk.writeUInt32LE(sent / MiB, 0);
    yield chunk;
  }
}

interface Peaks {
  registry: number;
  nginx: number;
  temporaryFiles: Set<string>;
  looks: number;
}

/** nginx has no business with any file but the blobs themselves: another one is a body spooled to disk. */
const isTemporary = (file: string): boolean =>
  file.startsWith('/') && !file.startsWith('/dev/') && !file.includes('/docker/registry/v2/blobs/');

/** Looks at the platform's processes ten times a second; the result tells the peaks in bytes. */
function watch(pid: number): () => Peaks {
  const peaks: Peaks = { registry: 0, nginx: 0, temporaryFiles: new Set(), looks: 0 };
  const look = () => {
    peaks.looks += 1;
    for (const { pid: one, commandLine } of processTree(pid)) {
      if (commandLine.includes('apps/registry')) peaks.registry = Math.max(peaks.registry, residentBytes(one));
      if (!commandLine.startsWith('nginx:')) continue;
      peaks.nginx = Math.max(peaks.nginx, residentBytes(one));
      descriptors(one)
        .filter(isTemporary)
        .forEach((file) => peaks.temporaryFiles.add(file));
    }
  };
  look();
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    look();
    return peaks;
  };
}

describe('streaming through the front door', () => {
  let fixture: ProjectFixture;
  let repository: RepositoryClient;

  /** Sends a layer the way docker does, PATCH without a length and a closing PUT; gives its digest. */
  async function upload(size: number): Promise<string> {
    const hash = createHash('sha256');
    function* hashed() {
      for (const chunk of largeContent(size)) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const location = await repository.startUpload();
    const headers = { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
    const patched = await repository.send('PATCH', location, { headers, body: Readable.from(hashed()) });
    expect(expectStatus(patched, 202).headers.range).toBe(`0-${size - 1}`);
    const digest = `sha256:${hash.digest('hex')}`;
    await finish(String(patched.headers.location), digest);
    return digest;
  }

  async function finish(location: string, digest: string): Promise<void> {
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
    const headers = { 'content-length': 0 };
    expect(expectStatus(await repository.send('PUT', path, { headers }), 201).headers['docker-content-digest']).toBe(
      digest,
    );
  }

  const openBlob = (digest: string) =>
    open(repository.resolve(`blobs/${digest}`), { headers: { authorization: repository.authorization } });

  /** Reads a blob to its end; gives the digest of what came. */
  async function download(digest: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of await openBlob(digest)) hash.update(chunk as Buffer);
    return `sha256:${hash.digest('hex')}`;
  }

  beforeAll(async () => {
    fixture = await openProject('streaming');
    repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/large`, fixture.developer);
  });

  it(`carries a layer of ${settings.largeBytes / MiB} MiB up and down with flat memory`, async () => {
    const { pid } = fixture.platform;
    expect(await download(await upload(32 * MiB))).toMatch(/^sha256:/);
    const before = watch(pid)();
    expect(before.registry).toBeGreaterThan(0);
    expect(before.nginx).toBeGreaterThan(0);

    const stop = watch(pid);
    const digest = await upload(settings.largeBytes);
    expect(await download(digest)).toBe(digest);
    const peaks = stop();

    expect(peaks.looks).toBeGreaterThan(5);
    expect([...peaks.temporaryFiles]).toEqual([]);
    // What Node leaves lying between two collections, a small part of the layer.
    expect((peaks.registry - before.registry) / MiB).toBeLessThan(128);
    expect((peaks.nginx - before.nginx) / MiB).toBeLessThan(16);
  });

  it('keeps what a client sent before it went away, and lets it go on from there', async () => {
    const content = Buffer.concat([...largeContent(16 * MiB)]);
    const location = await repository.startUpload();
    const sent = 8 * MiB;
    const abandoned = patchWithoutEnd(repository.resolve(location));
    abandoned.write(content.subarray(0, sent));
    if (abandoned.writableNeedDrain) await once(abandoned, 'drain');
    await new Promise((resolve) => setTimeout(resolve, 500));
    abandoned.destroy();

    let offset = 0;
    await until('the session tells its offset', async () => {
      const status = await repository.send('GET', location);
      offset = Number(/^0-(\d+)$/.exec(String(status.headers.range))?.[1] ?? -1) + 1;
      return status.status === 204 && offset > 1;
    });
    expect(offset).toBeGreaterThan(sent / 2);
    expect(offset).toBeLessThanOrEqual(sent);

    const headers = { 'content-type': 'application/octet-stream', 'content-range': `${offset}-${content.length - 1}` };
    const resumed = await repository.send('PATCH', location, { headers, body: content.subarray(offset) });
    expect(expectStatus(resumed, 202).headers.range).toBe(`0-${content.length - 1}`);
    await finish(String(resumed.headers.location), sha256(content));
  });

  it('lets go of a connection whose client went away during a download', async () => {
    const { pid } = fixture.platform;
    const digest = await upload(64 * MiB);
    const response = await openBlob(digest);
    await once(response, 'readable');
    const servers = peersOf(response.socket.localPort!);
    expect(servers(pid)).toHaveLength(1);
    response.destroy();
    await until('the connection is given up', () => servers(pid).length === 0);
  });

  function patchWithoutEnd(url: string): ClientRequest {
    const patch = request(url, {
      method: 'PATCH',
      headers: { authorization: repository.authorization, 'content-type': 'application/octet-stream' },
    });
    // Destroying it is the point.
    patch.on('error', () => undefined);
    return patch;
  }
});
