import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus, send } from './support/http';

jest.setTimeout(60_000);

describe('the page of the API', () => {
  let fixture: ProjectFixture;
  const get = (path: string) => send(`${fixture.platform.httpUrl}${path}`);

  beforeAll(async () => {
    fixture = await openProject('api-page');
  });

  it('is there, with everything that it refers to', async () => {
    const page = expectStatus(await get('/devcenter-api-2.0'), 200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(expectStatus(await get('/devcenter-api-2.0/'), 200).text).toBe(page.text);
    const parts = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts).toContain('/api/v2.0/openapi.json');
    for (const path of parts) {
      expect(path).toMatch(/^\//);
      expectStatus(await get(path), 200);
    }
  });

  it('is the way to nothing else', async () => {
    for (const path of ['/devcenter-api-2.0/%2e%2e/internal/ping', '/devcenter-api-2.0x', '/devcenter-api-2.0/x.js'])
      expectStatus(await get(path), 404);
  });
});
