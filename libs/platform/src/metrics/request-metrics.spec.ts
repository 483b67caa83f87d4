import { readScrape } from '@breakwater/testing';
import { AggregatorRegistry } from 'prom-client';
import { requestMetricNames } from './metric-table';
import { Metrics } from './metrics';
import { RequestMetrics } from './request-metrics';

function setUp() {
  const metrics = new Metrics(false);
  return { metrics, requests: new RequestMetrics(metrics, requestMetricNames.registry) };
}

const scraped = async ({ registry }: Metrics) => readScrape(await registry.metrics());

it('counts by route, method and status, with durations and sizes', async () => {
  const { metrics, requests } = setUp();
  requests.series('tags', 'GET').observe({ code: 200, seconds: 0.003, responseBytes: 500 });
  requests.series('tags', 'GET').observe({ code: 404, seconds: 0.2, responseBytes: 5_000 });
  requests.series('tags', 'HEAD').observe({ code: 200, seconds: 60 });
  const now = await scraped(metrics);
  expect(now.value('registry_http_requests_total', { handler: 'tags', method: 'get', code: '200' })).toBe(1);
  expect(now.value('registry_http_requests_total', { handler: 'tags' })).toBe(3);
  const seconds = (le: string, method: string) =>
    now.value('registry_http_request_duration_seconds_bucket', { le, method });
  expect([seconds('0.0025', 'get'), seconds('0.005', 'get'), seconds('0.25', 'get')]).toEqual([0, 1, 2]);
  expect([seconds('10', 'head'), seconds('+Inf', 'head')]).toEqual([0, 1]);
  expect(now.value('registry_http_request_duration_seconds_sum', { method: 'get' })).toBeCloseTo(0.203);
  expect(now.value('registry_http_response_size_bytes_bucket', { le: '1024' })).toBe(1);
  expect(now.value('registry_http_response_size_bytes_sum')).toBe(5_500);
});

it('knows how many are being answered', async () => {
  const { metrics, requests } = setUp();
  requests.began('tags');
  requests.began('tags');
  requests.ended('tags');
  expect((await scraped(metrics)).value('registry_http_in_flight_requests', { handler: 'tags' })).toBe(1);
});

it('adds up over the workers of one process', async () => {
  const workers = [setUp(), setUp()];
  for (const { requests, metrics } of workers) {
    requests.series('blob', 'GET').observe({ code: 200, seconds: 0.001 });
    metrics.collect('breakwater_lease_valid', () => [{ value: requests === workers[0]?.requests ? 1 : 0 }]);
  }
  const answers = await Promise.all(workers.map(({ metrics }) => metrics.registry.getMetricsAsJSON()));
  const now = readScrape(await AggregatorRegistry.aggregate(answers as unknown as object[]).metrics());
  expect(now.value('registry_http_requests_total', { handler: 'blob' })).toBe(2);
  expect(now.value('registry_http_request_duration_seconds_count')).toBe(2);
  expect(now.value('breakwater_lease_valid')).toBe(0);
});
