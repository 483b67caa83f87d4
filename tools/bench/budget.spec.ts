import { budget } from './budget.mjs';

type Row = { perCpuSecond?: number; rate?: number; p99?: number; memory?: number };

function resultsOf(scenarios: Record<string, Record<string, Row>>): Map<string, Map<string, Row>> {
  return new Map(Object.entries(scenarios).map(([id, rows]) => [id, new Map(Object.entries(rows))]));
}

function verdictOf(results: Map<string, Map<string, Row>>, text: string): string[] {
  const line = budget(results).find((candidate) => candidate.text.startsWith(text));
  return line ? [line.measured, line.verdict] : [];
}

it('holds the worst of the warm reads against the reference', () => {
  const peer = { 'docker-registry': { perCpuSecond: 1_000 } };
  const results = resultsOf({
    'manifest-tag': { ...peer, registry: { perCpuSecond: 30_000 } },
    'manifest-head': { ...peer, registry: { perCpuSecond: 19_000 } },
  });
  expect(verdictOf(results, 'manifest, warm, at the registry, per CPU-second: × 2.8.2')).toEqual(['19×', 'missed']);
});

it('knows limits from above', () => {
  const results = resultsOf({
    'manifest-tag': { 'docker-registry': { p99: 100 }, registry: { p99: 9 } },
    'blob-100m-1': { 'docker-registry': { perCpuSecond: 3_000 }, registry: { perCpuSecond: 6_000 } },
    'upload-monolithic': { registry: { memory: 201 } },
  });
  expect(verdictOf(results, 'manifest, warm, p99')).toEqual(['0.09×', 'met']);
  expect(verdictOf(results, '100 MB blob GET at the registry')).toEqual(['0.5×', 'met']);
  expect(verdictOf(results, 'memory of the registry while uploading')).toEqual(['201 MB', 'missed']);
});

it('says so where a figure or its counterpart is missing', () => {
  const lines = budget(resultsOf({ 'manifest-tag': { registry: { perCpuSecond: 1 } } }));
  expect(new Set(lines.map(({ verdict }) => verdict))).toEqual(new Set(['not measured']));
});
