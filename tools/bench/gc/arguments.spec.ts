import { parseGcCommandLine } from './arguments.mjs';

describe('the command line of the benchmark of garbage collection', () => {
  it('has defaults', () => {
    expect(parseGcCommandLine([])).toMatchObject({ blobs: 100_000, rounds: 3, workers: [1, 4], write: false });
  });

  it('takes a smaller tree and other workers', () => {
    expect(parseGcCommandLine(['--blobs', '2000', '--workers', '2, 8'])).toMatchObject({
      blobs: 2000,
      workers: [2, 8],
    });
  });

  it.each([
    ['--blobs', '10'],
    ['--workers', '0'],
    ['--rounds', 'many'],
  ])('refuses %s %s', (option, value) => {
    expect(() => parseGcCommandLine([option, value])).toThrow(option);
  });
});
