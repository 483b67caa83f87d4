import { TestBrowser } from '../testing/test-browser';
import { startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let alice: number;

beforeAll(async () => {
  core = await startTestCore();
  alice = await core.createUser('alice');
  await core.createUser('bob');
});
afterAll(() => core?.close());

async function signIn(agent: string): Promise<TestBrowser> {
  const page = new TestBrowser(core);
  expect((await page.login('alice', undefined, { 'user-agent': agent })).status).toBe(200);
  return page;
}
const list = async (as: string) => (await core.request('GET', `/users/${alice}/sessions`, { as })).body;
const status = async (page: TestBrowser) => (await page.request('GET', '/users/current')).status;

it('are listed with where they come from, the newest first, and end one by one or together', async () => {
  const laptop = await signIn('laptop');
  const phone = await signIn('phone');
  const sessions = (await phone.request('GET', `/users/${alice}/sessions`)).body;
  expect(sessions).toEqual([
    expect.objectContaining({ user_agent: 'phone', current: true, source_address: '127.0.0.1' }),
    expect.objectContaining({ user_agent: 'laptop', current: false }),
  ]);
  expect(JSON.stringify(sessions)).not.toContain(phone.cookies.get('sid'));
  expect(await list('alice')).toHaveLength(2);
  const path = `/users/${alice}/sessions/${sessions[1].id}`;
  expect((await phone.request('DELETE', path)).status).toBe(200);
  expect(await status(laptop)).toBe(401);
  expect(await status(phone)).toBe(200);
  expect((await phone.request('DELETE', path)).status).toBe(404);
  expect((await core.request('DELETE', `/users/${alice}/sessions`, { as: 'admin' })).status).toBe(200);
  expect(await status(phone)).toBe(401);
  expect(await list('admin')).toEqual([]);
});

it("are nobody else's business, and not that of access tokens", async () => {
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['DELETE', '/6f1fd9c4-2a45-4b54-8f51-000000000000'],
  ] as const) {
    const url = `/users/${alice}/sessions${path}`;
    expect((await core.request(method, url)).status).toBe(401);
    expect((await core.request(method, url, { as: 'bob' })).status).toBe(403);
  }
  const { body } = await core.request('POST', `/users/${alice}/access-tokens`, { as: 'alice', body: { name: 'cli' } });
  const headers = { authorization: `Bearer ${body.token}` };
  expect((await core.request('DELETE', `/users/${alice}/sessions`, { headers })).status).toBe(403);
  expect((await core.request('GET', '/users/999999/sessions', { as: 'admin' })).status).toBe(404);
});

it('are fifty at most: the oldest ends', async () => {
  const first = await signIn('first');
  for (let count = 0; count < 50; count++) await signIn(`later ${count}`);
  expect(await status(first)).toBe(401);
  expect(await list('alice')).toHaveLength(50);
}, 60_000);
