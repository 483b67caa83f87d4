import { parseCommandLine } from './arguments.mjs';

it('measures everything in full unless told otherwise', () => {
  const options = parseCommandLine([]);
  expect(options).toMatchObject({ rounds: 3, seconds: 2, quick: false, write: false });
  expect(options.repositories * options.tagsPerRepository).toBe(10_000);
  expect(options.only).toEqual(['manifests', 'blobs', 'push', 'upload', 'token', 'trust']);
});

it('lets every number of --quick be given', () => {
  expect(parseCommandLine(['--quick', '--rounds', '5', '--only', 'push,token'])).toMatchObject({
    rounds: 5,
    seconds: 1,
    only: ['push', 'token'],
  });
});

it('refuses what it does not know', () => {
  expect(() => parseCommandLine(['--only', 'pulls'])).toThrow('not "pulls"');
  expect(() => parseCommandLine(['--seconds', 'many'])).toThrow('--seconds takes a number');
  expect(() => parseCommandLine(['--fast'])).toThrow('--fast');
});
