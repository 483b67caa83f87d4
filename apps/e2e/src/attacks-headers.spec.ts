import { connect } from 'node:net';
import { openProject, type ProjectFixture } from './support/fixtures';
import { basic, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { parseChallenge, RepositoryClient, sha256 } from './support/registry';

jest.setTimeout(60_000);

let fixture: ProjectFixture;
let client: RepositoryClient;

beforeAll(async () => {
  fixture = await openProject('headers');
  client = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.developer);
  await client.pushImage('v1', uniqueLayer());
});

/** Bytes that no client library would send; the whole answer as text. */
function exchange(lines: string[]): Promise<string> {
  const socket = connect(fixture.platform.httpPort, '127.0.0.1');
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1');
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}
const headOf = (answer: string): string => answer.slice(0, answer.indexOf('\r\n\r\n'));
const statusOf = (answer: string): number => Number(answer.split(' ')[1]);

it.each(['x y', 'a\tb', '<script>alert(1)</script>', 'x'.repeat(5_000), 'a%0d%0aX-Evil: 1', 'a\u0085b', '"; DROP', ''])(
  'X-Request-Id is echoed when it is one, else another is made: %j',
  async (id) => {
    const answer = await exchange(['GET /api/v2.0/ping HTTP/1.1', 'Host: a', `X-Request-Id: ${id}`]);
    expect(statusOf(answer)).toBe(200);
    expect(headOf(answer)).toMatch(/^x-request-id: [\w-]{36}\r?$/im);
  },
);

it.each([
  ['a folded line', ['X-Request-Id: a', '\tX-Evil: 1']],
  ['a bare carriage return', ['X-Request-Id: a\rX-Evil: 1']],
  ['a bare line feed', ['X-Request-Id: a\nX-Evil: 1']],
  ['NUL', ['X-Request-Id: a\u0000b']],
])('a header with %s is refused or is none of ours', async (_what, lines) => {
  const answer = await exchange(['GET /api/v2.0/ping HTTP/1.1', 'Host: a', ...lines]);
  expect(headOf(answer)).not.toMatch(/x-evil/i);
  expect([200, 400]).toContain(statusOf(answer));
});

describe('the name that a client calls the platform by', () => {
  it.each([
    'evil.example.com"',
    'a",service="x',
    'evil.example.com/x?',
    'user@evil.example.com',
    'evil.example.com\\x',
    'a b',
    '<script>',
    'evil.example.com:99999',
    '[::1',
    '',
  ])('stands in challenges only when it can be one: %j', async (host) => {
    const answer = await exchange(['GET /v2/ HTTP/1.1', `Host: ${host}`]);
    expect([400, 401]).toContain(statusOf(answer));
    const [, challenge] = /^www-authenticate: (.*)$/im.exec(headOf(answer)) ?? [];
    if (challenge === undefined) return;
    const { realm = '', service } = parseChallenge(challenge.trim());
    expect(service).toBe('harbor-registry');
    expect(realm).toMatch(/^https?:\/\/[\w.:[\]-]+\/service\/token$/);
    expect(realm).not.toMatch(/evil\.example\.com[^/]*[/?\\"]x/);
  });

  it('is not what a stranger’s X-Forwarded-Host or Forwarded says when that is none', async () => {
    for (const value of ['a"b', 'a b', 'x/y', 'user@host', '"'])
      for (const header of ['x-forwarded-host', 'x-forwarded-server', 'x-host', 'x-original-url']) {
        const answer = await send(`${fixture.platform.httpUrl}/v2/`, { headers: { [header]: value } });
        expect(parseChallenge(answer.headers['www-authenticate']).realm).toBe(
          `${fixture.platform.httpUrl}/service/token`,
        );
      }
  });

  it('makes no other scheme than http and https', async () => {
    for (const value of ['javascript', 'https"', 'ftp', 'https\u0000'.slice(0, 5)]) {
      const answer = await send(`${fixture.platform.httpUrl}/v2/`, { headers: { 'x-forwarded-proto': value } });
      expect(parseChallenge(answer.headers['www-authenticate']).realm).toMatch(
        /^https?:\/\/127\.0\.0\.1:\d+\/service\/token$/,
      );
    }
  });
});

describe('line breaks in what comes back in headers', () => {
  const breaks = ['%0d%0aX-Evil:%201', '%0aX-Evil:%201', '%E5%98%8A%E5%98%8DX-Evil:%201', '%250d%250aX-Evil:%201'];

  it.each(breaks)('are in no Location, Link or Docker-Content-Digest: %s', async (text) => {
    const { platform, project, api } = fixture;
    const decoded = decodeURIComponent(text);
    const answers = [
      await api.call('GET', `/projects?page_size=1&q=name%3D~${text}`),
      await api.call('GET', `/projects?page_size=1&x=${text}`),
      await api.call('GET', `/search/artifacts?tag=v1&page_size=1&x=${text}`),
      await api.call('POST', '/projects', { project_name: `x${decoded}` }),
      await api.call('POST', `/projects/${project}/repositories/app/artifacts/v1/tags`, { name: `v${decoded}` }),
      await api.call('POST', `/projects/${project}/repositories/app${text}/artifacts?from=${project}/app:v1`),
      await api.call('POST', '/robots', { name: `x${decoded}`, level: 'system', duration: -1, permissions: [] }),
      await api.call('POST', '/usergroups', { group_name: `x${decoded}`, group_type: 9 }),
      await client.send('GET', `manifests/v1${text}`),
      await client.send('PUT', `manifests/v1${text}`, { body: '{}' }),
      await client.send('GET', `blobs/${sha256('x')}${text}`),
      await client.send('POST', `blobs/uploads/?digest=${sha256('x')}${text}`, { body: 'x' }),
      await client.send('POST', `blobs/uploads/?mount=${sha256('x')}&from=${project}/app${text}`),
      await client.send('GET', `tags/list?n=1&last=a${text}`),
      await client.send('GET', `referrers/${sha256('x')}?artifactType=a${text}`),
      await send(`${platform.httpUrl}/service/token?service=harbor-registry${text}`),
      await send(`${platform.httpUrl}/service/token?service=harbor-registry&scope=repository:a${text}:pull`),
      await send(`${platform.httpUrl}/v2/a${text}/manifests/x`),
    ];
    for (const { status, headers } of answers) {
      expect(headers['x-evil']).toBeUndefined();
      expect(status).toBeLessThan(500);
      for (const value of Object.values(headers)) expect(String(value)).not.toMatch(/[\r\n]/);
    }
  });

  it('and no second target gets into Link', async () => {
    const query = encodeURIComponent('x>; rel="next", <https://evil.example.com/');
    const { headers } = expectStatus(await fixture.api.call('GET', `/projects?page_size=1&x=${query}`), 200);
    expect(String(headers.link)).toMatch(/^<[^<>]*>; rel="next"$/);
    const raw = await exchange([
      'GET /api/v2.0/projects?page_size=1&x=">;rel=x,<https://evil.example.com/> HTTP/1.1',
      'Host: a',
      `Authorization: ${basic(fixture.platform.admin)}`,
    ]);
    const [, link = ''] = /^link: (.*)$/im.exec(headOf(raw)) ?? [];
    expect(link).not.toMatch(/<https:/);
  });
});

it('a description that a page would run comes back as JSON that no browser takes for a page', async () => {
  const { project, api } = fixture;
  const description = '<script>alert(1)</script>';
  const path = `/projects/${project}/repositories/app`;
  expectStatus(await api.call('PUT', path, { description }), 200);
  const answer = expectStatus(await api.call('GET', path), 200);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  const missing = await send(`${fixture.platform.httpUrl}/api/v2.0/projects/%3Cscript%3E`, {
    headers: { authorization: basic(fixture.platform.admin) },
  });
  expect(missing.headers['content-type']).toMatch(/^application\/json/);
});
