import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILPOINTS, makePlan } from './plan.mjs';

/** The registry's own list; a tool imports no library. */
const source = readFileSync(join(__dirname, '../../libs/kernel/src/failpoints.ts'), 'utf8');
const failpoints = [.../failpoints = \[([^\]]*)\]/.exec(source)![1]!.matchAll(/'([^']+)'/g)].map(([, name]) => name);

describe('makePlan', () => {
  it('knows every failpoint of the registry', () => {
    expect(failpoints.length).toBeGreaterThanOrEqual(10);
    expect(FAILPOINTS).toEqual(failpoints);
  });

  it.each([10, 12, 13, 60])('plans %i kills, one of them at each failpoint', (kills) => {
    const { registry, others } = makePlan({ kills, seed: 7 });
    expect(registry.length + others.length).toBe(kills);
    const names = registry.flatMap(({ failpoint }) => failpoint?.split(':')[0] ?? []);
    expect(names.sort()).toEqual([...failpoints].sort());
  });

  it('kills everybody when there are kills enough', () => {
    const { registry, others } = makePlan({ kills: 60, seed: 7 });
    expect(registry.filter(({ failpoint }) => failpoint === undefined).length).toBe(16);
    expect(others.filter(({ service }) => service === 'nginx').length).toBe(17);
    expect(others.filter(({ service }) => service === 'postgres').length).toBe(17);
  });

  it('plans the same for the same seed', () => {
    expect(makePlan({ kills: 60, seed: 1 })).toEqual(makePlan({ kills: 60, seed: 1 }));
    expect(makePlan({ kills: 60, seed: 1 })).not.toEqual(makePlan({ kills: 60, seed: 2 }));
  });
});
