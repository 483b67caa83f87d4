import { digestOf } from '@breakwater/kernel';
import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { internalSecret, RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, location, RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
const emptySha512 = digestOf(Buffer.alloc(0), 'sha512');

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('uploads');
  app = await registry.as(system, 'uploads/app');
});
afterAll(() => registry.stop());

const rowsOf = (digest: string) =>
  registry.sql<{ size: number; status: string }>('SELECT size, status FROM blob WHERE digest = $1', [digest]);

async function expectPulls(bytes: Buffer, digest = digestOf(bytes)): Promise<void> {
  const pulled = expectStatus(await app.send('GET', `/blobs/${digest}`), 200);
  expect(pulled.body.equals(bytes)).toBe(true);
  expect(pulled.headers['docker-content-digest']).toBe(digest);
  expect(await rowsOf(digest)).toEqual([{ size: bytes.length, status: 'none' }]);
}

/** A request whose body is sent in steps, or never. */
async function openRequest(line: string, headers: Record<string, string>): Promise<Socket> {
  const socket = connect(registry.http.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const fields = Object.entries({ host: 'test', authorization: app.authorization!, ...headers });
  socket.write(`${line} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  return socket;
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

const received = async (upload: string): Promise<string | undefined> =>
  expectStatus(await app.send('GET', upload), 204).headers.range;

describe('pushing a blob', () => {
  it('in one POST', async () => {
    const bytes = randomBytes(100_000);
    const digest = digestOf(bytes);
    const answer = expectStatus(await app.send('POST', `/blobs/uploads/?digest=${digest}`, { body: bytes }), 201);
    expect(answer.headers).toMatchObject({
      location: `/v2/uploads/app/blobs/${digest}`,
      'docker-content-digest': digest,
    });
    await expectPulls(bytes);
  });

  it('in POST and PUT', async () => {
    const bytes = randomBytes(70_000);
    const upload = await app.startUpload();
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`, { body: bytes }), 201);
    await expectPulls(bytes);
    expectStatus(await app.send('GET', upload), 404);
  });

  it('in POST, PATCH and PUT, as docker does', async () => {
    const bytes = randomBytes(300_000);
    const started = expectStatus(await app.send('POST', '/blobs/uploads/'), 202);
    expect(started.headers).toMatchObject({ range: '0-0', 'content-length': '0' });
    expect(location(started)).toBe(`/v2/uploads/app/blobs/uploads/${started.headers['docker-upload-uuid']}`);
    const headers = { 'transfer-encoding': 'chunked' };
    const patched = expectStatus(await app.send('PATCH', location(started), { headers, body: bytes }), 202);
    expect(patched.headers.range).toBe('0-299999');
    const ended = await app.send('PUT', `${location(patched)}?digest=${digestOf(bytes)}`);
    expect(expectStatus(ended, 201).headers['docker-content-digest']).toBe(digestOf(bytes));
    await expectPulls(bytes);
  });

  it('in chunks, the last one with the PUT; one out of order is 416 and harms nothing', async () => {
    const bytes = randomBytes(90_000);
    const upload = await app.startUpload();
    const chunk = (start: number, end: number, method = 'PATCH', query = '') =>
      app.send(method, `${upload}${query}`, {
        headers: { 'content-range': `${start}-${end - 1}`, 'content-type': 'application/octet-stream' },
        body: bytes.subarray(start, end),
      });
    const early = expectStatus(await chunk(40_000, 60_000), 416);
    expect(early.headers).toMatchObject({ location: upload, range: '0-0' });
    expect(early.codes()).toEqual(['RANGE_INVALID']);
    expect(expectStatus(await chunk(0, 40_000), 202).headers.range).toBe('0-39999');
    expect(expectStatus(await chunk(0, 40_000), 416).headers.range).toBe('0-39999');
    expect(expectStatus(await chunk(70_000, 90_000, 'PUT', `?digest=${digestOf(bytes)}`), 416).headers.range).toBe(
      '0-39999',
    );
    expect(await received(upload)).toBe('0-39999');
    expectStatus(await chunk(40_000, 60_000), 202);
    expectStatus(await chunk(60_000, 90_000, 'PUT', `?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);
  });

  it.each([
    ['a length other than the range', '0-9', 5],
    ['a range backwards', '9-0', 10],
    ['a range that is none', 'bytes', 10],
    ['a range without end', '0-', 10],
  ])('refuses a chunk with %s', async (_, range, length) => {
    const upload = await app.startUpload();
    const options = { headers: { 'content-range': range }, body: Buffer.alloc(length) };
    const answer = expectStatus(await app.send('PATCH', upload, options), 400);
    expect(['SIZE_INVALID', 'BLOB_UPLOAD_INVALID']).toContain(answer.codes()[0]);
    expect(await received(upload)).toBe('0-0');
  });

  it('of no bytes at all', async () => {
    await app.pushBlob(Buffer.alloc(0));
    await expectPulls(Buffer.alloc(0));
    const upload = await app.startUpload();
    expectStatus(await app.send('PUT', `${upload}?digest=${emptySha512}`), 201);
    await expectPulls(Buffer.alloc(0), emptySha512);
  });

  it.each(['', '?digest-algorithm=sha512'])('under a sha512 digest (POST %s)', async (query) => {
    const bytes = randomBytes(50_000);
    const digest = digestOf(bytes, 'sha512');
    const upload = await app.startUpload(query);
    expectStatus(await app.send('PATCH', upload, { body: bytes.subarray(0, 20_000) }), 202);
    const answer = await app.send('PUT', `${upload}?digest=${digest}`, { body: bytes.subarray(20_000) });
    expect(expectStatus(answer, 201).headers['docker-content-digest']).toBe(digest);
    await expectPulls(bytes, digest);
    expectStatus(await app.send('GET', `/blobs/${digestOf(bytes)}`), 404);
  });

  it('under a sha256 digest although sha512 was announced', async () => {
    const bytes = randomBytes(1_000);
    const upload = await app.startUpload('?digest-algorithm=sha512');
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`, { body: bytes }), 201);
    await expectPulls(bytes);
  });

  it.each(['md5', 'blake3', 'SHA512', ''])('does not know the algorithm "%s"', async (name) => {
    const answer = expectStatus(await app.send('POST', `/blobs/uploads/?digest-algorithm=${name}`), 400);
    expect(answer.codes()).toEqual(['DIGEST_INVALID']);
  });

  it('refuses bytes that have another digest, and forgets the upload', async () => {
    const digest = digestOf(randomBytes(10));
    const upload = await app.startUpload();
    expect(expectStatus(await app.send('PUT', `${upload}?digest=${digest}`, { body: 'other' }), 400).codes()).toEqual([
      'DIGEST_INVALID',
    ]);
    expectStatus(await app.send('GET', upload), 404);
    expectStatus(await app.send('POST', `/blobs/uploads/?digest=${digest}`, { body: 'other' }), 400);
    expect(await rowsOf(digest)).toEqual([]);
    expectStatus(await app.send('HEAD', `/blobs/${digest}`), 404);
  });

  it.each(['', '?digest=', '?digest=sha256:abc', `?digest=SHA256:${'0'.repeat(64)}`])(
    'needs a digest to end (%s)',
    async (query) => {
      const upload = await app.startUpload();
      expect(expectStatus(await app.send('PUT', upload + query, { body: 'x' }), 400).codes()).toEqual([
        'DIGEST_INVALID',
      ]);
      expect(await received(upload)).toBe('0-0');
    },
  );

  it('leaves no file of finished, failed and cancelled uploads', async () => {
    const left = await readdir(join(registry.config.STORAGE_ROOT, 'docker/registry/v2/uploads'));
    const open = await registry.sql<{ id: string }>('SELECT id FROM upload_session');
    expect(left.sort()).toEqual(open.map(({ id }) => id).sort());
  });
});

describe('an upload that is interrupted', () => {
  it('goes on where the client went away', async () => {
    const bytes = randomBytes(600_000);
    const upload = await app.startUpload();
    const socket = await openRequest(`PATCH ${upload}`, { 'content-length': String(bytes.length) });
    socket.write(bytes.subarray(0, 350_000));
    await sleep(200);
    socket.destroy();
    await until('the writer to let go', async () => (await received(upload)) !== '0-0');
    const end = Number((await received(upload))!.slice('0-'.length)) + 1;
    expect(end).toBeGreaterThan(0);
    expect(end).toBeLessThanOrEqual(350_000);
    const rest = {
      headers: { 'content-range': `${end}-${bytes.length - 1}` },
      body: bytes.subarray(end),
    };
    expectStatus(await app.send('PATCH', upload, rest), 202);
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);
  });

  it('cuts a body that stops moving, and can be resumed', async () => {
    const upload = await app.startUpload();
    const socket = await openRequest(`PATCH ${upload}`, { 'content-length': '100' });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('0123456789');
    await closed;
    await until('the writer to let go', async () => (await received(upload)) === '0-9');
  }, 10_000);

  it('ends on another replica, which hashes the bytes again', async () => {
    const other = await registry.addReplica();
    const there = new RepositoryClient(other.http, app.name, app.authorization);
    const bytes = randomBytes(200_000);
    const upload = await app.startUpload();
    expectStatus(await app.send('PATCH', upload, { body: bytes.subarray(0, 100_000) }), 202);
    expectStatus(await there.send('PATCH', upload, { body: bytes.subarray(100_000) }), 202);
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);

    const whole = randomBytes(50_000);
    const single = await app.startUpload();
    expectStatus(await app.send('PATCH', single, { body: whole }), 202);
    expectStatus(await there.send('PUT', `${single}?digest=${digestOf(whole)}`), 201);
    await expectPulls(whole);
  });

  it('does not believe a digest from before a power cut', async () => {
    const bytes = randomBytes(50_000);
    const upload = await app.startUpload();
    expectStatus(await app.send('PATCH', upload, { body: bytes }), 202);
    await registry.sql(`UPDATE upload_session SET digest_so_far = $2 WHERE id = $1`, [
      upload.split('/').at(-1),
      `${digestOf(Buffer.from('lost')).slice(7)} another-boot`,
    ]);
    const other = await registry.addReplica();
    const there = new RepositoryClient(other.http, app.name, app.authorization);
    expectStatus(await there.send('PUT', `${upload}?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);
  });

  it('takes one writer at a time', async () => {
    const upload = await app.startUpload();
    const slow = await openRequest(`PATCH ${upload}`, { 'content-length': '20' });
    slow.write('0123456789');
    await until('the first writer', async () => {
      const [row] = await registry.sql<{ writer: string | null }>('SELECT writer FROM upload_session WHERE id = $1', [
        upload.split('/').at(-1),
      ]);
      return typeof row?.writer === 'string';
    });
    const second = await app.send('PATCH', upload, { headers: { 'content-range': '0-4' }, body: 'other' });
    expect([409, 416]).toContain(second.status);
    expect([409, 416]).toContain((await app.send('PUT', `${upload}?digest=${digestOf(Buffer.from('x'))}`)).status);
    slow.write('abcdefghij');
    await until('the first writer to end', async () => (await received(upload)) === '0-19');
    slow.destroy();
    const bytes = Buffer.from('0123456789abcdefghij');
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);
  });
});

describe('an upload of which nothing was received', () => {
  it('is nowhere yet, and can be asked for, gone on with on another replica, and cancelled', async () => {
    const [first, second] = [await app.startUpload(), await app.startUpload()];
    const ids = [first, second].map((upload) => upload.split('/').at(-1)!);
    expect(await registry.sql('SELECT 1 FROM upload_session WHERE id = ANY($1)', [ids])).toEqual([]);
    const files = await readdir(join(registry.config.STORAGE_ROOT, 'docker/registry/v2/uploads'));
    for (const id of ids) expect(files).not.toContain(id);

    const other = await registry.addReplica();
    const there = new RepositoryClient(other.http, app.name, app.authorization);
    expect(expectStatus(await there.send('GET', first), 204).headers.range).toBe('0-0');
    const bytes = randomBytes(1_000);
    expectStatus(await there.send('PUT', `${first}?digest=${digestOf(bytes)}`, { body: bytes }), 201);
    await expectPulls(bytes);

    expectStatus(await app.send('DELETE', second), 204);
    expectStatus(await app.send('GET', second), 404);
  });

  it('has one beginning, however many begin it', async () => {
    const upload = await app.startUpload();
    const bodies = Array.from({ length: 8 }, () => randomBytes(50_000));
    const answers = await Promise.all(bodies.map((body) => app.send('PATCH', upload, { body })));
    const accepted = answers.filter(({ status }) => status === 202).length;
    for (const { status } of answers) expect([202, 409]).toContain(status);
    expect(await received(upload)).toBe(`0-${accepted * 50_000 - 1}`);
  });

  it('begins anew over a file that a process left behind which died', async () => {
    const upload = await app.startUpload();
    const file = join(registry.config.STORAGE_ROOT, 'docker/registry/v2/uploads', upload.split('/').at(-1)!);
    await writeFile(file, 'left behind');
    const bytes = randomBytes(1_000);
    expectStatus(await app.send('PATCH', upload, { body: bytes }), 202);
    expectStatus(await app.send('PUT', `${upload}?digest=${digestOf(bytes)}`), 201);
    await expectPulls(bytes);
  });
});

describe('an upload that is not wanted any more', () => {
  it('is cancelled', async () => {
    const upload = await app.startUpload();
    expectStatus(await app.send('PATCH', upload, { body: 'bytes' }), 202);
    expectStatus(await app.send('DELETE', upload), 204);
    for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
      const query = method === 'PUT' ? `?digest=${digestOf(Buffer.from('bytes'))}` : '';
      expect(expectStatus(await app.send(method, upload + query), 404).codes()).toEqual(['BLOB_UPLOAD_UNKNOWN']);
    }
  });

  it('is unknown once it has expired', async () => {
    const upload = await app.startUpload();
    expectStatus(await app.send('PATCH', upload, { body: 'bytes' }), 202);
    await registry.sql(`UPDATE upload_session SET expiry_time = now() - interval '1 second' WHERE id = $1`, [
      upload.split('/').at(-1),
    ]);
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect(expectStatus(await app.send(method, upload), 404).codes()).toEqual(['BLOB_UPLOAD_UNKNOWN']);
  });

  it('is removed with its bytes when the job service says so', async () => {
    const upload = await app.startUpload();
    const id = upload.split('/').at(-1)!;
    expectStatus(await app.send('PATCH', upload, { body: 'bytes' }), 202);
    const headers = { authorization: `Harbor-Secret ${internalSecret}` };
    expectStatus(await registry.http.send('DELETE', `/internal/uploads/${id}`, { headers }), 204);
    expectStatus(await registry.http.send('DELETE', `/internal/uploads/${id}`, { headers }), 204);
    expectStatus(await app.send('GET', upload), 404);
    expect(await readdir(join(registry.config.STORAGE_ROOT, 'docker/registry/v2/uploads'))).not.toContain(id);
  });

  it.each(['0', 'not-a-uuid', '%2e%2e', randomUUID(), randomUUID().toUpperCase()])(
    'is unknown under the id %s',
    async (id) => {
      expect(expectStatus(await app.send('GET', `/blobs/uploads/${id}`), 404).codes()).toEqual(['BLOB_UPLOAD_UNKNOWN']);
    },
  );

  it('belongs to one repository', async () => {
    const upload = await app.startUpload();
    const other = await registry.as(system, 'uploads/other');
    const id = upload.split('/').at(-1);
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expectStatus(await other.send(method, `/blobs/uploads/${id}`), 404);
    expect(await received(upload)).toBe('0-0');
  });
});
