import { TokensService } from '@breakwater/tokens';
import { TestBrowser } from '../testing/test-browser';
import { password, startTestCore, type TestCore } from '../testing/test-core';

let core: TestCore;
let alice: number;

beforeAll(async () => {
  core = await startTestCore();
  alice = await core.createUser('alice');
  await core.createProject('team');
  await core.addMember('team', 'alice', 2);
}, 60_000);
afterAll(() => core?.close());

const question = '//service/token?service=harbor-registry&scope=repository:team/app:pull,push';
const isGood = (token: string): Promise<boolean> =>
  core.app
    .get(TokensService, { strict: false })
    .verify(token, 'harbor-registry')
    .then(
      () => true,
      () => false,
    );

async function signedIn(): Promise<TestBrowser> {
  const page = new TestBrowser(core);
  expect((await page.login('alice', password)).status).toBe(200);
  return page;
}
const idOf = async (page: TestBrowser): Promise<string> => {
  const { body } = await page.request('GET', `/users/${alice}/sessions`);
  return body.find(({ current }: { current: boolean }) => current).id;
};

describe('a registry token that was issued in a session', () => {
  it.each<[string, (page: TestBrowser) => Promise<{ status: number }>]>([
    ['by signing out', (page) => page.request('GET', '//c/log_out')],
    ['by signing in anew', (page) => page.login('alice', password)],
    [
      'by its owner, from elsewhere',
      async (page) => core.request('DELETE', `/users/${alice}/sessions/${await idOf(page)}`, { as: 'alice' }),
    ],
    ['with all others, by an administrator', () => core.request('DELETE', `/users/${alice}/sessions`, { as: 'admin' })],
  ])('ends with it: %s', async (_how, end) => {
    const page = await signedIn();
    const { token } = (await page.request('GET', question)).body;
    expect(await isGood(token)).toBe(true);
    // Asked for twice, it is still noted.
    expect((await page.request('GET', question)).status).toBe(200);
    expect((await end(page)).status).toBe(200);
    expect(await isGood(token)).toBe(false);
  });

  it('is not had of a session that has ended', async () => {
    const page = await signedIn();
    const copy = new TestBrowser(core);
    for (const [name, value] of page.cookies) copy.cookies.set(name, value);
    await page.request('GET', '//c/log_out');
    // Anonymous, as with no cookie at all.
    expect((await copy.request('GET', question)).body.token).toBeDefined();
    const claims = await core.app
      .get(TokensService, { strict: false })
      .verify((await copy.request('GET', question)).body.token, 'harbor-registry');
    expect(claims).toMatchObject({ subject: '', access: [{ actions: [] }] });
  });
});

it('the end of a session in which none was issued leaves the tokens of programs alone', async () => {
  const { token } = (await core.request('GET', question, { as: 'alice' })).body;
  const page = await signedIn();
  await page.request('GET', '/users/current');
  expect((await page.request('GET', '//c/log_out')).status).toBe(200);
  expect(await isGood(token)).toBe(true);
});
