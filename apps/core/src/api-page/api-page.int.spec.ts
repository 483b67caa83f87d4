import { gunzipSync } from 'node:zlib';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  core.app.inject({ method: 'GET', url: `/devcenter-api-2.0${path}`, headers });

it('is a page whose parts all come from here', async () => {
  const { statusCode, headers, payload } = await get('');
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'") as string,
    'x-content-type-options': 'nosniff',
  });
  const parts = [...payload.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(parts).toHaveLength(7);
  for (const path of parts) {
    const part = await core.app.inject({ method: 'GET', url: path });
    expect([path, part.statusCode, part.rawPayload.length > 100]).toEqual([path, 200, true]);
  }
});

it('is sent packed, and only when it changed', async () => {
  const packed = await get('/swagger-ui-bundle.js', { 'accept-encoding': 'gzip' });
  expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  const whole = await get('/swagger-ui-bundle.js');
  expect(gunzipSync(packed.rawPayload).equals(whole.rawPayload)).toBe(true);
  const again = await get('/swagger-ui-bundle.js', { 'if-none-match': String(whole.headers.etag) });
  expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
});

it.each(['/package.json', '/..%2Fpackage.json', '/swagger-ui.js', '/constructor'])('has no %s', async (path) => {
  const { statusCode, payload } = await get(path);
  expect(statusCode).toBe(404);
  expect(payload).toContain('NOT_FOUND');
});
