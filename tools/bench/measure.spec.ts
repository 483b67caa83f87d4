import { treeOf } from './machine.mjs';
import { figures, summarise } from './measure.mjs';

const sample = (over: object = {}) =>
  figures(
    { counts: 'request' },
    { seconds: 2, count: 1_000, bytes: 5_000_000, p50: 500, p99: 2_000, failures: {}, ...over },
    { cpu: { registry: 0.1, postgres: 0.15 }, others: 0.1, memory: 80 },
  );

it('divides work by the CPU time of every part of the server', () => {
  expect(sample()).toMatchObject({ rate: 500, p50: 0.5, p99: 2, perCpuSecond: 4_000, memory: 80, failed: 0 });
  expect(sample().shares.registry).toBeCloseTo(0.0001);
});

it('counts megabytes where bodies are large', () => {
  const result = { seconds: 2, count: 1, bytes: 5_000_000, p50: 1, p99: 1, failures: {} };
  expect(figures({ counts: 'megabyte' }, result, { cpu: { a: 0.5 }, others: 0, memory: 1 })).toMatchObject({
    rate: 2.5,
    perCpuSecond: 10,
  });
});

it('takes medians of times, the peak of memory and every failure', () => {
  const samples = [sample(), sample({ count: 3_000 }), sample({ count: 2_000, failures: { 500: 4 } })];
  samples[1]!.others = 0.9;
  expect(summarise(samples)).toMatchObject({ rate: 1_000, noisy: 1, samples: 3, failed: 4, statuses: ['500'] });
});

it('shows a target that failed, with what it managed', () => {
  expect(summarise([{ problem: 'PUT was answered 500' }])).toMatchObject({
    problem: 'PUT was answered 500',
    samples: 0,
  });
  expect(summarise([sample(), { problem: 'reset' }])).toMatchObject({ problem: 'reset', samples: 1, rate: 500 });
});

it('finds all that a process started, and what that started', () => {
  const process = (parent: number) => ({ parent, ticks: 1 });
  const all = new Map([
    [1, process(0)],
    [10, process(1)],
    [11, process(10)],
    [12, process(11)],
    [20, process(1)],
  ]);
  expect(treeOf(10, all)).toEqual([10, 11, 12]);
  expect(treeOf(99, all)).toEqual([]);
});
