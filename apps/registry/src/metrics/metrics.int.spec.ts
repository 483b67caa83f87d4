import { metricNamesOf, MetricsServer } from '@breakwater/platform';
import { scrape, type Scrape } from '@breakwater/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryUnderTest, system } from '../testing/registry-under-test';
import { expectStatus, type Image, type RepositoryClient } from '../testing/repository-client';

let registry: RegistryUnderTest;
let client: RepositoryClient;
let image: Image;

beforeAll(async () => {
  registry = await RegistryUnderTest.start({ METRICS_PORT: 0 });
  await registry.project('team');
  client = await registry.as(system, 'team/app');
  image = await client.pushImage('metrics', 'latest');
});
afterAll(() => registry.stop());

const read = (): Promise<Scrape> => scrape(registry.app.get(MetricsServer, { strict: false }).port!);

/** A metric is read after the answer that it counts: wait for it. */
async function until(name: string, labels: Record<string, string>, wanted: (value: number) => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (wanted((await read()).value(name, labels) ?? 0)) return;
    await sleep(50);
  }
  throw new Error(`${name} ${JSON.stringify(labels)} never came: ${(await read()).text}`);
}

it('answers exactly the metrics of the table', async () => {
  expect((await read()).names).toEqual(metricNamesOf('registry'));
});

it('does not answer them on the public port', async () => {
  expect((await registry.http.send('GET', '/metrics')).status).toBe(404);
});

it('counts requests by route, whatever the paths were', async () => {
  for (const path of ['/v2/team/app/tags/list', '/v2/team/other/deep/tags/list']) await client.send('GET', path);
  await until('registry_http_requests_total', { handler: 'tags', method: 'get' }, (value) => value === 2);
  for (const path of ['/no-such-place', '/v2/x', '/v2/a/b/c/no-such-place']) await client.send('GET', path);
  await until('registry_http_requests_total', { handler: 'other', code: '404' }, (value) => value >= 3);
  const { text } = await read();
  expect(text).not.toContain('team');
  expect(text).not.toContain('no-such-place');
});

it('counts pushes, and the bytes that came', async () => {
  const before = await read();
  expect(before.value('breakwater_pushes_total', { kind: 'manifest', result: 'stored' })).toBe(1);
  expect(before.value('breakwater_pushes_total', { kind: 'blob', result: 'stored' })).toBe(3);
  const blob = Buffer.alloc(300_000, 1);
  const upload = await client.startUpload();
  const headers = { 'transfer-encoding': 'chunked' };
  expectStatus(await client.send('PATCH', upload, { headers, body: blob }), 202);
  const labels = { handler: 'blob_upload_chunk' };
  await until('registry_http_request_size_bytes_sum', labels, (value) => value > 200_000 && value < 400_000);
  const wrong = `${upload}?digest=${image.digest}`;
  expectStatus(await client.send('PUT', wrong), 400);
  await until('breakwater_pushes_total', { kind: 'blob', result: 'refused' }, (value) => value === 1);
  expect((await read()).value('breakwater_storage_written_bytes_total')).toBeGreaterThan(300_000);
});

it('counts warm pulls like the others, and as hits', async () => {
  const hits = { cache: 'answers', result: 'hit' };
  for (let attempt = 0; attempt < 100 && !(await read()).value('breakwater_cache_requests_total', hits); attempt++) {
    expectStatus(await client.send('GET', '/manifests/latest'), 200);
    await sleep(20);
  }
  const before = await read();
  for (let pull = 0; pull < 5; pull++) expectStatus(await client.send('GET', '/manifests/latest'), 200);
  const after = await read();
  const rise = (name: string, labels: Record<string, string>) =>
    (after.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
  const manifest = { handler: 'manifest', method: 'get' };
  expect(rise('breakwater_cache_requests_total', hits)).toBe(5);
  expect(rise('registry_storage_cache_total', { type: 'Hit' })).toBe(5);
  expect(rise('registry_http_requests_total', { ...manifest, code: '200' })).toBe(5);
  expect(rise('registry_http_request_duration_seconds_count', manifest)).toBe(5);
  expect(rise('registry_http_request_duration_seconds_bucket', { ...manifest, le: '+Inf' })).toBe(5);
  expect(rise('registry_http_response_size_bytes_sum', { handler: 'manifest' })).toBe(5 * image.manifest.length);
});

it('tells the state of lease, caches and connections', async () => {
  const now = await read();
  expect(now.value('breakwater_lease_valid')).toBe(1);
  expect(now.value('breakwater_lease_remaining_seconds')).toBeGreaterThan(0);
  expect(now.value('breakwater_cache_entries', { cache: 'answers' })).toBeGreaterThan(0);
  expect(now.value('breakwater_cache_bytes', { cache: 'answers' })).toBeGreaterThan(0);
  expect(now.value('breakwater_database_connections_limit')).toBe(10);
  expect(now.value('breakwater_database_query_duration_seconds_count')).toBeGreaterThan(0);
  expect(now.value('breakwater_redis_up')).toBe(1);
  expect(now.value('registry_storage_action_seconds_count', { action: 'Writer' })).toBeGreaterThan(0);
});

it('counts who was let in and who was not', async () => {
  const authentications = 'breakwater_authentications_total';
  const before = (await read()).value(authentications, { method: 'basic', result: 'failure' }) ?? 0;
  expectStatus(await registry.basic('team/app', 'nobody').send('GET', '/tags/list'), 401);
  const after = await read();
  expect(after.value(authentications, { method: 'basic', result: 'failure' })).toBe(before + 1);
  expect(after.value(authentications, { method: 'token', result: 'success' })).toBeGreaterThan(0);
});
