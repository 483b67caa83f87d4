import { TokensService } from '@breakwater/tokens';
import { decodeJwt } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { password, startTestCore, type Answer, type TestCore } from '../testing/test-core';
import { TokenScopes } from './token-scopes';

let core: TestCore;
/** What only the controller calls. */
let controller: jest.SpyInstance;
let queries: jest.SpyInstance;

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('team');
  for (const name of ['developer', 'other', 'leaver', 'riser', 'goner', 'changer']) {
    await core.createUser(name);
    if (name !== 'other') await core.addMember('team', name, name === 'riser' ? 3 : 2);
  }
  controller = jest.spyOn(TokenScopes.prototype, 'grant');
  queries = jest.spyOn(core.database, 'query');
});
afterAll(() => core?.close());
beforeEach(() => jest.clearAllMocks());

const url = '//service/token?service=harbor-registry&account=x&scope=repository%3Ateam%2Fapp%3Apull%2Cpush';
const ask = (as: string): Promise<Answer> => core.request('GET', url, { as });
const actionsOf = ({ body }: Answer): string[] =>
  decodeJwt<{ access: { actions: string[] }[] }>(body.token).access[0]!.actions;

/** Until the process holds its lease and nothing of the user's is read any more. */
async function warm(as: string): Promise<Answer> {
  for (let attempt = 0; attempt < 200; attempt++) {
    jest.clearAllMocks();
    const answer = await ask(as);
    if (controller.mock.calls.length === 0) return answer;
    await sleep(10);
  }
  throw new Error('the question is never answered from memory');
}

const memberPath = async (name: string): Promise<string> => {
  const { body } = await core.request('GET', `/projects/team/members?entityname=${name}`, { as: 'admin' });
  return `/projects/team/members/${body[0].id}`;
};

describe('who asked the same a moment ago', () => {
  it('is answered without a query, as the controller answers', async () => {
    const cold = await ask('developer');
    const answer = await warm('developer');
    expect(queries).not.toHaveBeenCalled();
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(Object.keys(cold.body));
    expect(answer.headers['content-type']).toBe(cold.headers['content-type']);
    expect(answer.headers['x-request-id']).toMatch(/.+/);
    expect(actionsOf(answer)).toEqual(['pull', 'push']);
    const tokens = core.app.get(TokensService, { strict: false });
    await expect(tokens.verify(answer.body.token, 'harbor-registry')).resolves.toMatchObject({ subject: 'developer' });
  });

  it('opens the door for nobody else', async () => {
    await warm('developer');
    expect(actionsOf(await ask('other'))).toEqual([]);
    const headers = { authorization: `Basic ${Buffer.from('developer:Wrong1234').toString('base64')}` };
    await expect(core.request('GET', url, { headers })).resolves.toMatchObject({ status: 401 });
    await expect(core.request('GET', `${url}%2Cdelete`, { as: 'developer' })).resolves.toMatchObject({ status: 200 });
    await expect(core.request('POST', url, { as: 'developer' })).resolves.toMatchObject({ status: 405 });
    expect(actionsOf(await core.request('GET', url))).toEqual([]);
  });
});

describe('a change counts at once', () => {
  it('when a member leaves', async () => {
    expect(actionsOf(await warm('leaver'))).toEqual(['pull', 'push']);
    await core.request('DELETE', await memberPath('leaver'), { as: 'admin' });
    expect(actionsOf(await ask('leaver'))).toEqual([]);
  });

  it('when a member gets a greater role, or becomes one', async () => {
    expect(actionsOf(await warm('riser'))).toEqual(['pull']);
    await core.request('PUT', await memberPath('riser'), { as: 'admin', body: { role_id: 2 } });
    expect(actionsOf(await ask('riser'))).toEqual(['pull', 'push']);
    expect(actionsOf(await warm('other'))).toEqual([]);
    await core.addMember('team', 'other', 3);
    expect(actionsOf(await ask('other'))).toEqual(['pull']);
  });

  it('when the password changes', async () => {
    await warm('changer');
    const { body: user } = await core.request('GET', '/users/current', { as: 'changer' });
    const body = { old_password: password, new_password: 'Another12' };
    await core.request('PUT', `/users/${user.user_id}/password`, { as: 'changer', body });
    await expect(ask('changer')).resolves.toMatchObject({ status: 401 });
  });

  it('when the account is deleted', async () => {
    await warm('goner');
    const { body: user } = await core.request('GET', '/users/current', { as: 'goner' });
    await core.request('DELETE', `/users/${user.user_id}`, { as: 'admin' });
    await expect(ask('goner')).resolves.toMatchObject({ status: 401 });
  });

  it('when the project is deleted and another takes its name', async () => {
    await warm('developer');
    await core.request('DELETE', '/projects/team', { as: 'admin' });
    expect(actionsOf(await ask('developer'))).toEqual([]);
    await core.createProject('team');
    expect(actionsOf(await warm('developer'))).toEqual([]);
  });
});
