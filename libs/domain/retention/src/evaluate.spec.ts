import { tagRule, type TagRule } from '@breakwater/contracts';
import fc from 'fast-check';
import type { RetainedArtifact } from './candidates';
import { evaluate } from './evaluate';
import { rulesFor, type RetentionPolicyRules } from './retention-policy';

const now = new Date('2026-11-23T12:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

interface Picking {
  pattern: string;
  decoration: string;
  extras: string;
}

function rule(template: string, parameter?: number, picking: Partial<Picking> = {}): TagRule {
  return tagRule.parse({
    action: 'retain',
    template,
    params: parameter === undefined ? {} : { [template]: parameter },
    tag_selectors: [{ decoration: 'matches', pattern: '**', ...picking }],
    scope_selectors: { repository: [{ decoration: 'repoMatches', pattern: '**' }] },
  });
}

let id = 0;
function artifact(tags: Record<string, number>, given: Partial<RetainedArtifact> = {}): RetainedArtifact {
  const names = Object.entries(tags).map(([name, days]) => ({
    name,
    pushTime: ago(days),
    immutable: false,
    signedBy: null,
  }));
  const pushTime = names[0]?.pushTime ?? ago(0);
  id++;
  const own = { id, digest: `sha256:${id}`, type: 'IMAGE', pushTime, pullTime: null, creationTime: null };
  return { ...own, signed: false, tags: names, ...given };
}

const policy = (rules: TagRule[], options: Partial<RetentionPolicyRules> = {}) => ({
  rules,
  unit: options.unit ?? ('tag' as const),
  keepSigned: options.keepSigned ?? false,
  keepNotarySigned: options.keepNotarySigned ?? true,
});

const outcomes = (...given: Parameters<typeof evaluate>) =>
  Object.fromEntries(
    evaluate(...given).map(({ candidate, outcome }) => [
      candidate.tags.join('+') || candidate.artifact.digest,
      outcome,
    ]),
  );

describe('evaluate', () => {
  it('says which rule kept a tag, and why the others did not', () => {
    const artifacts = [artifact({ new: 1 }), artifact({ mid: 3 }), artifact({ old: 9 })];
    const rules = [
      rule('latestPushedK', 1),
      rule('nDaysSinceLastPush', 5),
      rule('always', undefined, { pattern: 'release-*' }),
    ];
    expect(
      evaluate(policy(rules), artifacts, now).map(({ candidate, outcome, reason }) => [
        candidate.tags[0],
        outcome,
        reason,
      ]),
    ).toEqual([
      ['new', 'RETAIN', 'rule 1, latestPushedK 1: number 1 of 3 by last push'],
      ['mid', 'RETAIN', 'rule 2, nDaysSinceLastPush 5: pushed 3 days ago'],
      [
        'old',
        'DEL',
        'rule 1, latestPushedK 1: number 3 of 3 by last push; rule 2, nDaysSinceLastPush 5: pushed 9 days ago; rule 3, always: not about this tag',
      ],
    ]);
  });

  it('decides about each tag of an artifact for itself, or about all together', () => {
    const artifacts = [artifact({ v1: 1, 'build-7': 9 })];
    const rules = [rule('always', undefined, { pattern: 'v*' })];
    expect(outcomes(policy(rules), artifacts, now)).toEqual({ v1: 'RETAIN', 'build-7': 'DEL' });
    expect(outcomes(policy(rules, { unit: 'artifact' }), artifacts, now)).toEqual({ 'v1+build-7': 'RETAIN' });
    const excluding = policy([rule('always', undefined, { pattern: 'v*', decoration: 'excludes' })], {
      unit: 'artifact',
    });
    expect(outcomes(excluding, artifacts, now)).toEqual({ 'v1+build-7': 'RETAIN' });
  });

  it('picks what has no tag as Harbor does', () => {
    const bare = artifact({});
    const verdict = (decoration: string, extras: string) =>
      evaluate(policy([rule('always', undefined, { pattern: 'v*', decoration, extras })]), [bare], now)[0]?.outcome;
    expect(verdict('matches', '')).toBe('RETAIN');
    expect(verdict('matches', '{"untagged":false}')).toBe('DEL');
    expect(verdict('matches', '{"untagged":true}')).toBe('RETAIN');
    expect(verdict('matches', '{}')).toBe('DEL');
    expect(verdict('excludes', '')).toBe('RETAIN');
    expect(verdict('excludes', '{"untagged":true}')).toBe('DEL');
    expect(verdict('excludes', 'nonsense')).toBe('RETAIN');
  });

  it('goes by pulls', () => {
    const artifacts = [
      artifact({ never: 9 }),
      artifact({ today: 9 }, { pullTime: ago(0) }),
      artifact({ lately: 9 }, { pullTime: ago(3) }),
      artifact({ fresh: 1 }, { pullTime: ago(1) }),
    ];
    const kept = (given: TagRule) =>
      evaluate(policy([given]), artifacts, now)
        .filter(({ outcome }) => outcome === 'RETAIN')
        .map(({ candidate }) => candidate.tags[0]);
    expect(kept(rule('latestPulledN', 2))).toEqual(['today', 'fresh']);
    expect(kept(rule('nDaysSinceLastPull', 2))).toEqual(['today', 'fresh']);
    expect(kept(rule('latestActiveK', 1))).toEqual(['today']);
    expect(kept(rule('lastXDays', 2))).toEqual(['fresh']);
    expect(kept(rule('latestPulledN', 9))).toHaveLength(4);
  });

  it('keeps what is immutable, and what is signed where the policy says so', () => {
    const fixed = artifact({}, { tags: [{ name: 'v1', pushTime: ago(9), immutable: true, signedBy: null }] });
    const signed = artifact({ v2: 9 }, { signed: true });
    const rules = [rule('latestPushedK', 0)];
    expect(outcomes(policy(rules), [fixed, signed], now)).toEqual({ v1: 'IMMUTABLE', v2: 'DEL' });
    expect(outcomes(policy(rules, { keepSigned: true }), [fixed, signed], now)).toEqual({
      v1: 'IMMUTABLE',
      v2: 'RETAIN',
    });
  });

  it('keeps the tags that Notary signs, unless the policy says otherwise', () => {
    const tag = (name: string, signedBy: string | null) => ({ name, pushTime: ago(9), immutable: false, signedBy });
    const mixed = artifact({}, { tags: [tag('v1', 'v1 (host/library/app, targets)'), tag('v2', null)] });
    const rules = [rule('latestPushedK', 0)];
    const [signed, plain] = evaluate(policy(rules), [mixed], now);
    expect(signed).toMatchObject({
      outcome: 'RETAIN',
      keptSigned: true,
      reason: 'signed: Notary names v1 (host/library/app, targets)',
    });
    expect(plain).toMatchObject({ outcome: 'DEL', keptSigned: false });
    // A rule that keeps it is told first; together, all go or stay.
    expect(evaluate(policy([rule('always')]), [mixed], now).some(({ keptSigned }) => keptSigned)).toBe(false);
    expect(outcomes(policy(rules, { unit: 'artifact' }), [mixed], now)).toEqual({ 'v1+v2': 'RETAIN' });
    expect(outcomes(policy(rules, { keepNotarySigned: false }), [mixed], now)).toEqual({ v1: 'DEL', v2: 'DEL' });
    expect(outcomes(policy(rules, { keepNotarySigned: false, keepSigned: true }), [mixed], now).v1).toBe('RETAIN');
  });

  it('gives the verdicts of a plain model', () => {
    let deleted = 0;
    let retained = 0;
    fc.assert(
      fc.property(policies, repositories, (given, artifacts) => {
        const rules = rulesFor(given.rules, 'app');
        const verdicts = evaluate({ ...given, rules }, artifacts, now);
        const gone = verdicts.filter(({ outcome }) => outcome === 'DEL').length;
        deleted += gone;
        retained += verdicts.length - gone;
        expect(verdicts.map(({ candidate, outcome }) => [candidate.artifact.id, candidate.tags, outcome])).toEqual(
          modelVerdicts({ ...given, rules }, artifacts),
        );
      }),
      { numRuns: 10_000 },
    );
    expect(Math.min(deleted, retained)).toBeGreaterThan(1_000);
  });
});

/* The model: one tag after the other is held against one rule after the other; nothing is sorted or compiled. */

const patterns: Record<string, (tag: string) => boolean> = {
  '**': () => true,
  '': () => true,
  'v*': (tag) => tag.startsWith('v'),
  '{latest,dev}': (tag) => tag === 'latest' || tag === 'dev',
  'v?': (tag) => tag.length === 2 && tag.startsWith('v'),
  '*-rc': (tag) => tag.endsWith('-rc'),
};
const templates = [
  'latestPushedK',
  'latestPulledN',
  'latestActiveK',
  'nDaysSinceLastPush',
  'nDaysSinceLastPull',
  'lastXDays',
  'always',
];

const selectors = fc.record({
  decoration: fc.constantFrom('matches', 'excludes'),
  pattern: fc.constantFrom(...Object.keys(patterns)),
  extras: fc.constantFrom('', '{"untagged":true}', '{"untagged":false}'),
});
const rules = fc
  .record({
    template: fc.constantFrom(...templates),
    parameter: fc.integer({ min: 0, max: 6 }),
    tag_selectors: fc.array(selectors, { minLength: 1, maxLength: 3 }),
    disabled: fc.boolean(),
    scope: fc.constantFrom('app', '**', 'other'),
  })
  .map(({ parameter, scope, ...given }) =>
    tagRule.parse({
      ...given,
      params: { [given.template]: parameter },
      scope_selectors: { repository: [{ decoration: 'repoMatches', pattern: scope }] },
    }),
  );
const policies = fc.record({
  rules: fc.array(rules, { maxLength: 5 }),
  unit: fc.constantFrom('tag' as const, 'artifact' as const),
  keepSigned: fc.boolean(),
  keepNotarySigned: fc.boolean(),
});
const day = fc.integer({ min: 0, max: 8 }).map(ago);
const repositories = fc
  .uniqueArray(fc.constantFrom('v1', 'v2', 'v10', 'latest', 'dev', 'v1-rc', 'x'), { maxLength: 7 })
  .chain((names) =>
    fc.array(
      fc.record({
        tags: fc.subarray(names),
        pushTime: day,
        pullTime: fc.option(day),
        signed: fc.boolean(),
        tagTimes: fc.array(day, { minLength: 7, maxLength: 7 }),
        immutable: fc.constantFrom(false, false, true),
        signedTag: fc.constantFrom('', ...names),
      }),
      { maxLength: 6 },
    ),
  )
  .map((drawn) => {
    const taken = new Set<string>();
    return drawn.map(({ tags, tagTimes, immutable, signedTag, ...given }, index): RetainedArtifact => {
      const own = tags.filter((tag) => !taken.has(tag));
      own.forEach((tag) => taken.add(tag));
      const named = own.map((name, place) => ({
        name,
        pushTime: tagTimes[place]!,
        immutable: immutable && place === 0,
        signedBy: signedTag === name ? `${name} by somebody` : null,
      }));
      return { id: index, digest: `sha256:${index}`, type: 'IMAGE', creationTime: null, ...given, tags: named };
    });
  });

interface Unit {
  artifact: RetainedArtifact;
  tags: string[];
  pushed: number;
  pulled: number;
  immutable: boolean;
}

function modelUnits(artifact: RetainedArtifact, unit: 'tag' | 'artifact'): Unit[] {
  const own = { artifact, pulled: artifact.pullTime ? artifact.pullTime.getTime() : -1 };
  const { tags } = artifact;
  if (unit === 'tag' && tags.length > 0)
    return tags.map(({ name, pushTime, immutable }) => ({
      ...own,
      tags: [name],
      pushed: pushTime.getTime(),
      immutable,
    }));
  let pushed = artifact.pushTime.getTime();
  for (const { pushTime } of tags) if (pushTime.getTime() > pushed) pushed = pushTime.getTime();
  return [{ ...own, tags: tags.map(({ name }) => name), pushed, immutable: tags.some(({ immutable }) => immutable) }];
}

function modelVerdicts(given: Parameters<typeof evaluate>[0], artifacts: RetainedArtifact[]): unknown[] {
  const units = artifacts.flatMap((one) => modelUnits(one, given.unit));
  return units.map((unit) => {
    const byNotary = unit.artifact.tags.some(({ name, signedBy }) => signedBy !== null && unit.tags.includes(name));
    const kept =
      given.rules.some((one) => keeps(one, unit, units)) ||
      (given.keepSigned && (unit.artifact.signed || byNotary)) ||
      (given.keepNotarySigned && byNotary);
    return [unit.artifact.id, unit.tags, kept ? 'RETAIN' : unit.immutable ? 'IMMUTABLE' : 'DEL'];
  });
}

function picks({ tag_selectors: chosen }: TagRule, { tags }: Unit): boolean {
  return chosen.every(({ decoration, pattern, extras }) => {
    const fits = patterns[pattern]!;
    if (tags.length > 0) return decoration === 'matches' ? tags.some(fits) : !tags.every(fits);
    if (decoration === 'matches') return extras !== '{"untagged":false}';
    return extras !== '{"untagged":true}';
  });
}

function keeps(one: TagRule, unit: Unit, units: Unit[]): boolean {
  if (!picks(one, unit)) return false;
  const parameter = one.params[one.template] as number;
  const before = (time: (of: Unit) => number): number =>
    units.filter((other) => {
      if (other === unit || !picks(one, other)) return false;
      if (time(other) !== time(unit)) return time(other) > time(unit);
      const [a, b] = [other, unit].map(({ tags, artifact: { digest } }) => `${tags[0] ?? ''} ${digest}`);
      return a! < b!;
    }).length;
  const recent = (time: number): boolean => time >= 0 && (now.getTime() - time) / 86_400_000 <= parameter;
  switch (one.template) {
    case 'latestPushedK':
      return before(({ pushed }) => pushed) < parameter;
    case 'latestPulledN':
      return before(({ pulled }) => pulled) < parameter;
    case 'latestActiveK':
      return before(({ pushed, pulled }) => Math.max(pushed, pulled)) < parameter;
    case 'nDaysSinceLastPull':
      return recent(unit.pulled);
    case 'always':
      return true;
    default:
      return recent(unit.pushed);
  }
}
