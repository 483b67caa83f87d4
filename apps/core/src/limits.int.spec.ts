import { Database } from '@breakwater/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestCore, type Answer, type TestCore } from './testing/test-core';

let core: TestCore;
afterEach(() => core.close());

/** Asks until the answer is a refusal. */
async function refusal(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status === 429) return answer;
  }
}

it('serves so many of a kind at once, lets so many wait, and refuses the rest', async () => {
  core = await startTestCore({ CONCURRENCY_API_READS: '1', REQUEST_QUEUE_LENGTH: '1', DATABASE_POOL_SIZE: '1' });
  // The only connection is busy, so the first read stays under way.
  const busy = core.app.get(Database).query('SELECT pg_sleep(2)');
  const order: number[] = [];
  const reads = [1, 2, 3].map(async () => {
    const answer = await core.request('GET', '/projects');
    order.push(answer.status);
    return answer;
  });
  const refused = await Promise.race(reads);
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe('5');
  expect(refused.body.errors).toMatchObject([{ code: 'TOOMANYREQUESTS', reason: 'overload.queue' }]);
  // Another kind has places of its own; without an account it needs no database.
  expect((await core.request('GET', '//service/jwks.json')).status).toBe(200);
  await Promise.all([busy, ...reads]);
  expect(order).toEqual([429, 200, 200]);
});

it('counts the requests of an address and of an account, and none of the platform itself', async () => {
  core = await startTestCore({
    RATE_LIMIT_PER_ADDRESS: '20',
    RATE_LIMIT_PER_PRINCIPAL: '4',
    RATE_LIMIT_BURST_SECONDS: '1',
    RATE_LIMIT_EXEMPT: '10.0.0.0/8',
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  let host = 0;
  const asAdmin = () =>
    core.request('GET', '/users/current', { as: 'admin', headers: from(`192.0.2.${++host % 250}`) });
  const ofAccount = await refusal(asAdmin);
  expect(ofAccount.headers['retry-after']).toBe('1');
  expect(ofAccount.body.errors).toMatchObject([{ code: 'TOOMANYREQUESTS', reason: 'overload.rate' }]);
  const ofAddress = await refusal(() => core.request('GET', '/systeminfo', { headers: from('192.0.2.251') }));
  expect(ofAddress.headers['retry-after']).toBe('1');
  const internal = { authorization: 'Harbor-Secret internal-secret-of-tests', ...from('192.0.2.251') };
  for (const headers of [internal, from('10.1.2.3')]) {
    for (let asked = 0; asked < 30; asked++)
      expect((await core.request('GET', '/systeminfo', { headers })).status).toBe(200);
  }
  await sleep(1_100);
  expect((await asAdmin()).status).toBe(200);
});
