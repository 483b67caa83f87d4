import { readFileSync } from 'node:fs';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus, send } from './support/http';

jest.setTimeout(60_000);

const PAGE = '/devcenter-api-2.0';
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
};

describe('the page of the API', () => {
  let fixture: ProjectFixture;
  const get = (path: string) => send(`${fixture.platform.httpUrl}${path}`);

  beforeAll(async () => {
    fixture = await openProject('api-page');
  });

  it('is there, with everything that it refers to', async () => {
    const page = expectStatus(await get(PAGE), 200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    });
    expect(expectStatus(await get(`${PAGE}/`), 200).text).toBe(page.text);
    const parts = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts).toContain('/api/v2.0/openapi.json');
    for (const path of parts) {
      expect(path).toMatch(/^\/[^/]/);
      const { headers, body } = expectStatus(await get(path), 200);
      expect([path, headers['content-type']]).toEqual([path, types[path.split('.').at(-1) ?? '']]);
      expect(body.length).toBeGreaterThan(100);
    }
  });

  it('has no script, style or handler of its own in it, which its policy would forbid', async () => {
    const { text } = expectStatus(await get(PAGE), 200);
    const scripts = [...text.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, content] of scripts)
      expect([attributes, content]).toEqual([expect.stringContaining('src='), '']);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
  });

  it('shows the document that the platform itself serves', async () => {
    const script = expectStatus(await get(`${PAGE}/api-page.js`), 200).text;
    expect(script).toContain('url: `${API}/openapi.json`');
    const document = expectStatus(await get('/api/v2.0/openapi.json'), 200).json<{ openapi: string; paths: object }>();
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/projects', '/health', '/systeminfo']));
  });

  it('comes over TLS as well', async () => {
    const { httpsPort, caFile } = fixture.platform;
    const page = await send(`https://127.0.0.1:${httpsPort}${PAGE}`, { ca: readFileSync(caFile, 'utf8') });
    expect(expectStatus(page, 200).text).toBe((await get(PAGE)).text);
  });

  it('is the way to nothing else', async () => {
    for (const path of [`${PAGE}/%2e%2e/internal/ping`, `${PAGE}x`, `${PAGE}/x.js`, `${PAGE}/..%2fpackage.json`])
      expectStatus(await get(path), 404);
  });
});
