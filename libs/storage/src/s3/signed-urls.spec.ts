import { SignedUrls } from './signed-urls';

it('signs once for half of the life of an address', async () => {
  let now = 0;
  let signed = 0;
  const urls = new SignedUrls(
    async (name) => `${name} ${(signed += 1)}`,
    () => now,
  );
  expect(await urls.get('a', 60)).toBe('a 1');
  now = 29_999;
  expect(await urls.get('a', 60)).toBe('a 1');
  expect(await urls.get('a', 120)).toBe('a 2');
  expect(await urls.get('b', 60)).toBe('b 3');
  now = 30_000;
  expect(await urls.get('a', 60)).toBe('a 4');
  expect(await urls.get('day', 86_400)).toBe('day 5');
  now = 270_000;
  expect(await urls.get('day', 86_400)).toBe('day 6');
});

it('remembers ten thousand', async () => {
  let signed = 0;
  const urls = new SignedUrls(async () => String((signed += 1)));
  for (let count = 0; count <= 10_000; count += 1) await urls.get(`blob ${count}`, 60);
  expect(await urls.get('blob 1', 60)).toBe('2');
  expect(await urls.get('blob 0', 60)).toBe('10002');
});
