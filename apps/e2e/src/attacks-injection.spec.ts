import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Api } from './support/api';
import { openProject, type ProjectFixture, unique } from './support/fixtures';
import { type Answer, basic, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { RepositoryClient } from './support/registry';

jest.setTimeout(180_000);

interface Described {
  parameters?: { name: string; in: string }[];
}
const { paths } = JSON.parse(readFileSync(resolve(__dirname, '../../../docs/api/core.openapi.json'), 'utf8')) as {
  paths: Record<string, { get?: Described }>;
};

let fixture: ProjectFixture;
let secret: string;

beforeAll(async () => {
  fixture = await openProject('injected');
  const { platform, project, developer, api } = fixture;
  const client = await RepositoryClient.open(platform, `${project}/app`, developer);
  await client.pushImage('v1', uniqueLayer());
  secret = unique('not-yours');
  await api.createProject(secret);
  const hidden = await RepositoryClient.open(platform, `${secret}/app`, platform.admin);
  await hidden.pushImage('v1', uniqueLayer());
});

/** Lists by what the OpenAPI document says that they take. */
const listsWith = (parameter: string): string[] =>
  Object.entries(paths)
    .filter(([, { get }]) => get?.parameters?.some(({ name, in: where }) => where === 'query' && name === parameter))
    .map(([path]) => path);
const filled = (path: string): string => {
  const values: Record<string, string> = {
    project_name: fixture.project,
    project_name_or_id: fixture.project,
    repository_name: 'app',
    reference: 'v1',
    tag_name: 'v1',
  };
  return path.replace('/api/v2.0', '').replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '1');
};

const sql = [
  `x' OR '1'='1`,
  `x') OR 1=1 --`,
  `'; DROP TABLE project; --`,
  `1 UNION SELECT username, password_hash FROM user_account`,
  `$1`,
  `x\\`,
  `\\'`,
  `%`,
  `_`,
  `\u0000`,
  `a\u0000b`,
  `x"y`,
  `x\`y`,
  `*)(uid=*))(|(uid=*`,
  `{{7*7}}`,
  `\r\nX-Evil: 1`,
  '9'.repeat(400),
  '1e309',
  'NaN',
  '-1',
  '__proto__',
];
const filters = [
  ...sql.flatMap((text) => [`name=${text}`, `name=~${text}`, `id=${text}`]),
  'name={',
  'name={}',
  'name={a b',
  'name=(',
  'name=[1~',
  'name=[~]',
  'name=[a~b]',
  'name=[1~2~3]',
  'id=[9999999999999999999~]',
  'creation_time=[2026-13-45T00:00:00~]',
  '=x',
  'name=',
  ',,,',
  'name',
  '__proto__=x',
  'constructor=x',
  'name__proto__=x',
  'password_hash=~a',
  'id__in=1',
  "name'--=x",
  'ExtraAttrs.a.b=1',
  "ExtraAttrs.a'b=1",
];

/** Never our own failure, and nothing of what the caller may not see. */
function expectHarmless(answer: Answer, asked: string): void {
  const failed = answer.status >= 500 || answer.headers['x-evil'] !== undefined;
  const leaks = /\$argon2|syntax error at|SQLSTATE|relation "/.test(answer.text);
  expect({ asked, failed, leaks, status: answer.status }).toMatchObject({ asked, failed: false, leaks: false });
}

const total = ({ headers }: Answer): number => Number(headers['x-total-count'] ?? 0);

describe.each(['q', 'sort'])('what is put into %s', (parameter) => {
  const texts = parameter === 'q' ? filters : [...sql, 'name;', '-', '--', 'name,-name', 'name desc', '-password_hash'];
  const questions = (path: string): string[] => {
    const scope = path.endsWith('/labels') ? '&scope=g' : '';
    const url = `${filled(path)}?page_size=100${scope}`;
    return [url, ...texts.map((text) => `${url}&${parameter}=${encodeURIComponent(text)}`)];
  };

  it.each(listsWith(parameter))('is no statement: %s', async (path) => {
    for (const asked of questions(path)) expectHarmless(await fixture.api.call('GET', asked), asked);
  });

  it.each(listsWith(parameter))('shows no rows that its caller may not see: %s', async (path) => {
    const caller = new Api(fixture.platform, fixture.maintainer);
    const [whole = '', ...others] = questions(path);
    const all = await caller.call('GET', whole);
    for (const asked of others) {
      const answer = await caller.call('GET', asked);
      expectHarmless(answer, asked);
      expect(answer.text.includes(secret)).toBe(false);
      // New rows may come while we look.
      expect(total(answer)).toBeLessThanOrEqual(total(all) + 5);
    }
  });
});

it.each(['page', 'page_size'])('what is no number is none: %s', async (parameter) => {
  for (const path of listsWith(parameter))
    for (const text of [
      'x',
      '1;--',
      '0x10',
      '1e3',
      '9'.repeat(30),
      '-99',
      '1.5',
      '%00',
      '',
      '1&page=2',
      '[1]',
      '2147483649',
    ])
      expectHarmless(
        await fixture.api.call('GET', `${filled(path)}?${parameter}=${text}`),
        `${path} ${parameter}=${text}`,
      );
});

describe('patterns', () => {
  const names = ['a%b', 'a_b', 'a\\b', 'axb', "a'b", 'a"b', 'a{b}', 'a(b)', 'a[b]', 'a~b'];
  let scope: string;
  beforeAll(async () => {
    const { project_id: id } = await fixture.api.get<{ project_id: number }>(`/projects/${fixture.project}`);
    scope = `scope=p&project_id=${id}`;
    for (const name of names) await fixture.api.create('/labels', { name, scope: 'p', project_id: id });
  });
  const found = async (query: string): Promise<string[]> =>
    (await fixture.api.get<{ name: string }[]>(`/labels?${scope}&page_size=100&${query}`)).map(({ name }) => name);

  it.each(names)('mean themselves in a fuzzy filter: %s', async (name) => {
    expect(await found(`q=${encodeURIComponent(encodeURIComponent(`name=~${name}`))}`)).toEqual([name]);
    expect(await found(`name=${encodeURIComponent(name)}`)).toEqual([name]);
  });

  it.each([
    ['%', 'a%b'],
    ['_', 'a_b'],
    ['\\', 'a\\b'],
    ["'", "a'b"],
  ])('alone match what holds them, and not all: %s', async (part, name) => {
    expect(await found(`q=${encodeURIComponent(encodeURIComponent(`name=~${part}`))}`)).toEqual([name]);
  });

  it.each(['%', '_', '%25', '*', '.', '.*', '\\', '%5C%25'])('find no account by %s', async (text) => {
    const answer = await fixture.api.call('GET', `/users/search?username=${encodeURIComponent(text)}`);
    expect(
      expectStatus(answer, 200)
        .json<{ username: string }[]>()
        .filter(({ username }) => !username.includes(text)),
    ).toEqual([]);
  });
});

describe('segments of paths', () => {
  const segments = [
    '%00',
    '%2500',
    '%27%20OR%201%3D1--',
    '%252e%252e%252fapp',
    '%2e%2e',
    '..%2f..%2f',
    '%252e%252e',
    '%0d%0aX-Evil:%201',
    '%250d%250aX-Evil:%201',
    '%ff%fe',
    '%c0%ae%c0%ae',
    '%',
    '%zz',
    '%25',
    '%2525252500',
    '__proto__',
    'constructor',
    '%F0%9F%92%A9',
    'a'.repeat(1_000),
    '%24%7Bjndi:ldap:%2f%2fx%7D',
    '*',
    '9'.repeat(25),
    '-1',
    '1e3',
  ];

  it.each(segments)('are names or nothing: %s', async (segment) => {
    const { project, api, platform } = fixture;
    for (const path of [
      `/projects/${segment}`,
      `/projects/${segment}/repositories/${segment}/artifacts/${segment}`,
      `/projects/${project}/repositories/${segment}`,
      `/projects/${project}/repositories/app/artifacts/${segment}`,
      `/projects/${project}/repositories/app/artifacts/v1/additions/${segment}`,
      `/projects/${project}/repositories/app/tags/${segment}/history`,
      `/projects/${project}/metadatas/${segment}`,
      `/users/${segment}`,
      `/robots/${segment}`,
      `/icons/${segment}`,
      `/labels/${segment}`,
      `/retentions/${segment}`,
      `/schedules/${segment}/paused`,
      `/jobservice/pools/${segment}/workers`,
      `/jobservice/jobs/${segment}/log`,
      `/system/gc/${segment}`,
    ]) {
      const answer = await api.call('GET', path);
      expectHarmless(answer, path);
      // A tag that never was has a history without entries.
      const open = path.startsWith('/jobservice/pools') || path.startsWith('/schedules') || answer.text.trim() === '[]';
      expect([path, open || answer.status >= 400]).toEqual([path, true]);
    }
    const headers = { authorization: basic(platform.admin) };
    for (const path of [
      `/v2/${segment}/app/tags/list`,
      `/v2/${project}/app/manifests/${segment}`,
      `/v2/${project}/app/blobs/${segment}`,
    ]) {
      const answer = await send(`${platform.httpUrl}${path}`, { headers });
      expectHarmless(answer, path);
      expect([path, answer.status < 400]).toEqual([path, false]);
    }
  });
});
