import { startTracing } from './start-tracing';

const registered: string[] = [];
let loaded = false;
jest.mock('./register-tracing', () => {
  loaded = true;
  return { registerTracing: (service: string) => registered.push(service) };
});

it('loads nothing unless a collector is configured', async () => {
  await startTracing('core', {});
  await startTracing('core', { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  await startTracing('core', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' });
  expect([loaded, registered]).toEqual([false, []]);
  await startTracing('core', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' });
  expect([loaded, registered]).toEqual([true, ['core']]);
});
