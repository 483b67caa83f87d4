import { AppError } from '@breakwater/kernel';
import type { Candidate } from './candidates';

const dayMs = 86_400_000;
const maxParameter = 1_000_000;

/** Which of the candidates a rule keeps, and what to say of each. */
export interface Opinion {
  keeps: boolean;
  /** `3rd of 25 by push time`. */
  because: string;
}
type Judge = (candidates: readonly Candidate[], parameter: number, now: Date) => Opinion[];

interface Template {
  /** As clients show it, `#` standing for the parameter. */
  displayText: string;
  /** Undefined: the rule takes no parameter. */
  unit?: 'COUNT' | 'DAYS';
  /** Offered to people; the others are Harbor's older ones. */
  advertised: boolean;
  judge: Judge;
}

type TimeOf = (candidate: Candidate) => number;
const pushed: TimeOf = ({ pushTime }) => pushTime.getTime();
/** What was never pulled comes after all that was. */
const pulled: TimeOf = ({ pullTime }) => pullTime?.getTime() ?? Number.NEGATIVE_INFINITY;
const active: TimeOf = (candidate) => Math.max(pushed(candidate), pulled(candidate));

/** Every template of a rule (management-platform.md section 7.2). The parameter has the template's name. */
export const ruleTemplates = {
  latestPushedK: { ...count('the most recently pushed # artifacts', latest(pushed, 'push')), advertised: true },
  latestPulledN: { ...count('the most recently pulled # artifacts', latest(pulled, 'pull')), advertised: true },
  nDaysSinceLastPush: { ...days('pushed within the last # days', within(pushed, 'pushed')), advertised: true },
  nDaysSinceLastPull: { ...days('pulled within the last # days', within(pulled, 'pulled')), advertised: true },
  always: { displayText: 'always', advertised: true, judge: (candidates) => candidates.map(() => always) },
  latestActiveK: {
    ...count('the most recently active # artifacts', latest(active, 'push or pull')),
    advertised: false,
  },
  lastXDays: { ...days('pushed within the last # days', within(pushed, 'pushed')), advertised: false },
} as const satisfies Record<string, Template>;

export type RuleTemplate = keyof typeof ruleTemplates;

const pullTemplates: ReadonlySet<string> = new Set(['latestPulledN', 'nDaysSinceLastPull', 'latestActiveK']);

/** Whether the template goes by when artifacts were pulled. */
export const usesPullTimes = (template: string): boolean => pullTemplates.has(template);

/** The template with its parameter, 0 where it takes none. Throws BAD_REQUEST. */
export function readTemplate(template: string, params: Readonly<Record<string, unknown>>): [RuleTemplate, number] {
  if (!isTemplate(template))
    throw new AppError('BAD_REQUEST', `unknown rule template ${JSON.stringify(template.slice(0, 80))}`);
  const { unit }: Template = ruleTemplates[template];
  if (unit === undefined) return [template, 0];
  const value = params[template];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxParameter)
    throw new AppError('BAD_REQUEST', `rule ${template} needs the parameter ${template}, 0 to ${maxParameter}`, {
      reason: 'retention.parameter.invalid',
    });
  return [template, value];
}

function isTemplate(name: string): name is RuleTemplate {
  return Object.hasOwn(ruleTemplates, name);
}

const always: Opinion = { keeps: true, because: 'always' };

function count(displayText: string, judge: Judge) {
  return { displayText, unit: 'COUNT', judge } as const;
}

function days(displayText: string, judge: Judge) {
  return { displayText, unit: 'DAYS', judge } as const;
}

/** The first of them by time; of those of the same time, the tag that comes first in the alphabet. */
function latest(timeOf: TimeOf, what: string): Judge {
  return (candidates, parameter) => {
    const order = [...candidates.keys()].sort((a, b) => compare(candidates[a], candidates[b], timeOf));
    const opinions: Opinion[] = [];
    for (const [place, index] of order.entries())
      opinions[index] = {
        keeps: place < parameter,
        because: `number ${place + 1} of ${candidates.length} by last ${what}`,
      };
    return opinions;
  };
}

function compare(a: Candidate | undefined, b: Candidate | undefined, timeOf: TimeOf): number {
  if (!a || !b) return 0;
  const [first, second] = [timeOf(a), timeOf(b)];
  if (first !== second) return first > second ? -1 : 1;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

const nameOf = ({ tags, artifact }: Candidate): string => `${tags[0] ?? ''} ${artifact.digest}`;

function within(timeOf: TimeOf, what: string): Judge {
  return (candidates, parameter, now) =>
    candidates.map((candidate) => {
      const time = timeOf(candidate);
      if (time === Number.NEGATIVE_INFINITY) return { keeps: false, because: `never ${what}` };
      const age = now.getTime() - time;
      return { keeps: age <= parameter * dayMs, because: `${what} ${Math.max(0, Math.floor(age / dayMs))} days ago` };
    });
}
