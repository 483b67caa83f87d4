import { digestOf } from '@breakwater/kernel';
import { basic, internalSecret, password, RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus } from './testing/repository-client';

let registry: RegistryUnderTest;
const bytes = Buffer.from('a small blob');

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('team');
  const admin = (await registry.login('admin'))!;
  await (await registry.as(admin, 'team/app')).pushBlob(bytes);
});
afterAll(() => registry.stop());

const read = (query: string, authorization = `Harbor-Secret ${internalSecret}`, digest = digestOf(bytes)) =>
  registry.http.send('GET', `/internal/blobs/${digest}${query}`, { headers: { authorization } });

describe('the route by which core reads small blobs', () => {
  it('answers the bytes', async () => {
    const answer = expectStatus(await read(`?repository=team/app&max=${bytes.length}`), 200);
    expect(answer.body).toEqual(bytes);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
    });
  });

  it.each([
    [`?repository=team/app&max=${bytes.length - 1}`, 413],
    ['?repository=team/app', 413],
    ['?repository=team/app&max=x', 413],
    ['?repository=team/other&max=100', 404],
    ['?max=100', 404],
    ['?repository=team/app&repository=team/app&max=100', 400],
  ])('%s is %d', async (query, status) => {
    expectStatus(await read(query), status);
  });

  it('knows no other names', async () => {
    const query = '?repository=team/app&max=100';
    for (const digest of ['x', '..', digestOf(Buffer.from('y'))])
      expectStatus(await read(query, undefined, digest), 404);
  });

  it('is for the platform alone', async () => {
    for (const authorization of ['', basic('admin', password), 'Harbor-Secret x'])
      expectStatus(await read('?repository=team/app&max=100', authorization), 401);
  });
});
