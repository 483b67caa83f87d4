import { createTestDatabase, type TestDatabase } from '@breakwater/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Listener } from './listener';

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

it.each([0, 1, 2, 4, 8, 16, 32])('ends when it is stopped %i ms after its start, whatever it does then', async (ms) => {
  const listener = new Listener({
    url: testDatabase.url,
    name: 'test',
    channels: ['one', 'two'],
    onMessage: () => undefined,
  });
  listener.start();
  if (ms > 0) await sleep(ms);
  await expect(listener.stop()).resolves.toBeUndefined();
});
