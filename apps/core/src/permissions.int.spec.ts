import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MatrixBench, letIn, namesProject, placesOf, principals, rows, titleOf } from './testing/permission-matrix';
import type { Place, Row } from './testing/permission-matrix';
import { registeredRoutes } from './testing/registered-routes';
import { password, type Answer } from './testing/test-core';

let bench: MatrixBench;
const registryctl = createServer((_request, response) => response.end('{"driver":"s3","capacity":null}'));

beforeAll(async () => {
  await new Promise<void>((resolve) => registryctl.listen(0, '127.0.0.1', resolve));
  const { port } = registryctl.address() as AddressInfo;
  bench = await MatrixBench.start({ REGISTRYCTL_URL: `http://127.0.0.1:${port}` });
}, 120_000);
afterAll(async () => {
  await bench?.core.close();
  registryctl.close();
});

/** Let in means that what was asked for was looked at, whatever came of it. */
const isRefused = ({ status }: Answer): boolean => status === 401 || status === 403;

function assertAnswer(answer: Answer, letter: string): void {
  expect(answer.status).not.toBe(429);
  expect(answer.status).toBeLessThan(500);
  if (!isRefused(answer)) return;
  const [status, code] = letter === 'N' ? [401, 'UNAUTHORIZED'] : [403, 'FORBIDDEN'];
  expect(answer).toMatchObject({ status, body: { errors: [{ code }] } });
}

/** Who is let in. Those who should be are asked last and one by one: they may take away what the others are refused. */
async function askAll(row: Row, place: Place): Promise<string> {
  const entered = new Set<string>();
  const ask = async (letter: string): Promise<void> => {
    const answer = await bench.request(row, letter, place);
    assertAnswer(answer, letter);
    if (isRefused(answer)) return;
    entered.add(letter);
    if (row.restore) await bench.restore(row.restore);
  };
  const expected = letIn(row, place);
  await Promise.all(principals.filter((letter) => !expected.includes(letter)).map(ask));
  for (const letter of expected) await ask(letter);
  return principals.filter((letter) => entered.has(letter)).join('');
}

const cases = (some: readonly Row[]): [string, Row][] => some.map((row) => [titleOf(row), row]);
const plain = (route: string): string => route.replace(/:\w+/g, ':');

it('every route has a row, and every row a route', () => {
  const routes = registeredRoutes(bench.core.app).map(plain);
  const covered = rows.map(({ route }) => plain(route));
  expect(routes.length).toBeGreaterThan(50);
  expect({
    routesWithoutARow: routes.filter((route) => !covered.includes(route)),
    rowsWithoutARoute: covered.filter((route) => !routes.includes(route)),
  }).toEqual({ routesWithoutARow: [], rowsWithoutARoute: [] });
});

it('every operation of the OpenAPI document has a row', async () => {
  const { body } = await bench.core.request('GET', '/openapi.json');
  const paths = Object.entries(body.paths as Record<string, object>);
  const operations = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, ':')}`),
  );
  const short = (operation: string): string => plain(operation).replace('/api/v2.0', '').replace(/\/$/, '');
  const covered = rows.map(({ route }) => short(route));
  expect(operations.length).toBeGreaterThan(150);
  expect(operations.filter((operation) => !covered.includes(short(operation)))).toEqual([]);
});

describe.each(['team', 'open'] as const)('who is let in on %s', (place) => {
  it.each(cases(rows.filter((row) => placesOf(row).includes(place))))('%s', async (_title, row) => {
    await expect(askAll(row, place)).resolves.toBe(letIn(row, place));
  });
});

describe('the permission that is named, and nothing else, is what lets in', () => {
  const named = rows.filter(({ needs }) => typeof needs === 'string');
  it.each(cases(named))('%s', async (_title, row) => {
    const [place = 'team'] = placesOf(row);
    const bearer = await bench.bearerOf(String(row.needs), place);
    if (!bearer) return expect(String(row.needs)).toMatch(/^[PS] robot:(?:create|update)$/);
    const answer = await bench.request(row, bearer, place);
    expect(answer.status).toBeLessThan(500);
    expect(isRefused(answer)).toBe(false);
    if (row.restore) await bench.restore(row.restore);
  });
});

describe('a project that does not exist is not told from a closed one', () => {
  it.each(cases(rows.filter(namesProject)))('%s', async (_title, row) => {
    for (const letter of ['N', 'S', 'P', 'T', 'R', 'Y']) {
      const [there, nowhere] = [
        await bench.request(row, letter, 'closed'),
        await bench.request(row, letter, 'nowhere'),
      ];
      assertAnswer(nowhere, letter);
      expect(isRefused(nowhere)).toBe(true);
      expect(nowhere.body).toEqual(there.body);
    }
    expect((await bench.request(row, 'A', 'nowhere')).status).toBe(404);
  });
});

describe('a session without a CSRF token', () => {
  const changes = rows.filter(({ route, csrf }) => !/^(?:GET|HEAD) /.test(route) && !csrf);
  it.each(cases(changes))('changes nothing: %s', async (_title, row) => {
    const [place = 'team'] = placesOf(row);
    await expect(bench.request(row, bench.session, place)).resolves.toMatchObject({
      status: 403,
      body: { errors: [{ code: 'FORBIDDEN', reason: 'csrf.missing' }] },
    });
  });

  it.each(['/c/login', '/c/userExists'])('nor on the pages of a browser: %s', async (path) => {
    const route = `POST ${path}`;
    for (const caller of [bench.session, { headers: {} }])
      await expect(bench.request({ route, body: {} }, caller, 'team')).resolves.toMatchObject({ status: 403 });
  });

  it('reads what its owner may', async () => {
    await expect(bench.request({ route: 'GET /api/v2.0/users' }, bench.session, 'team')).resolves.toMatchObject({
      status: 200,
    });
  });
});

describe('credentials that are wrong', () => {
  const wrong = (authorization: string) => ({ headers: { authorization } });
  const request = (path: string, options: { headers: Record<string, string> }) =>
    bench.core.request('GET', path, options);

  it.each([
    ['a password', `Basic ${Buffer.from('stranger:Wrong1234').toString('base64')}`],
    ['a user', `Basic ${Buffer.from(`nobody:${password}`).toString('base64')}`],
    ['no colon', `Basic ${Buffer.from('stranger').toString('base64')}`],
    ['no user', `Basic ${Buffer.from(`:${password}`).toString('base64')}`],
    ['no base64', 'Basic ***'],
    ['a service secret', 'Harbor-Secret not-the-secret-of-tests'],
  ])('are refused on open routes too: %s', async (_what, authorization) => {
    await expect(request('/ping', wrong(authorization))).resolves.toMatchObject({
      status: 401,
      body: { errors: [{ code: 'UNAUTHORIZED' }] },
    });
    const token = await request('//service/token?service=harbor-registry', wrong(authorization));
    expect(token.status).toBe(401);
  });

  it('of another scheme count as none', async () => {
    expect((await request('/ping', wrong('Bearer abc'))).status).toBe(200);
    expect((await request('/users', wrong('Bearer abc'))).status).toBe(401);
  });
});
