import type { TagRule } from '@breakwater/contracts';
import { AppError, compileSelectors } from '@breakwater/kernel';
import type { RetentionUnit } from './candidates';
import { readTemplate, usesPullTimes } from './rule-templates';

/** What decides about tags. */
export interface RetentionPolicyRules {
  rules: readonly TagRule[];
  unit: RetentionUnit;
  /** What has a signature stays, whatever the rules say. */
  keepSigned: boolean;
  /** Tags that Notary signs stay, whatever the rules say. */
  keepNotarySigned: boolean;
}

const maxRules = 15;

/** Throws BAD_REQUEST for rules that mean nothing, CONFLICT when two say the same. */
export function assertRules(rules: readonly TagRule[]): void {
  if (rules.length > maxRules)
    throw new AppError('BAD_REQUEST', `a retention policy has at most ${maxRules} rules`, {
      reason: 'retention.rules.toomany',
    });
  const seen = new Set<string>();
  for (const rule of rules) {
    if (rule.action !== 'retain') throw new AppError('BAD_REQUEST', 'the action of a retention rule is retain');
    const [template, parameter] = readTemplate(rule.template, rule.params);
    compileSelectors([...rule.tag_selectors, ...rule.scope_selectors.repository]);
    const said = JSON.stringify([template, parameter, rule.tag_selectors, rule.scope_selectors]);
    if (seen.has(said))
      throw new AppError('CONFLICT', 'the retention policy has the same rule twice', {
        reason: 'retention.rule.duplicate',
      });
    seen.add(said);
  }
}

/** The rules that count in a repository, named without its project. Without any, the repository is left as it is. */
export function rulesFor(rules: readonly TagRule[], repository: string): TagRule[] {
  return rules.filter((rule) => !rule.disabled && compileSelectors(rule.scope_selectors.repository)(repository));
}

/** Whether what is kept depends on when artifacts were pulled. */
export function needsPullTimes(rules: readonly TagRule[]): boolean {
  return rules.some(({ disabled, template }) => !disabled && usesPullTimes(template));
}
