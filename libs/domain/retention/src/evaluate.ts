import type { TagRule } from '@breakwater/contracts';
import { candidatesOf, type Candidate, type RetainedArtifact } from './candidates';
import type { RetentionPolicyRules } from './retention-policy';
import { readTemplate, ruleTemplates, type Opinion } from './rule-templates';
import { compileTagSelectors } from './tag-selection';

/** RETAIN: a rule keeps it; DEL: none does; IMMUTABLE: none does, and it must stay all the same. As Harbor's logs say it. */
export type Outcome = 'RETAIN' | 'DEL' | 'IMMUTABLE';

export interface Verdict {
  candidate: Candidate;
  outcome: Outcome;
  /** No rule keeps it, but a signature. */
  keptSigned: boolean;
  /** For people: which rule kept it, or why none did. */
  reason: string;
}

/**
 * What stays and what goes in a repository, by `rules` that were chosen for it (`rulesFor`): whatever one of them keeps,
 * stays. A dry run and a real one say the same.
 */
export function evaluate(
  { rules, unit, ...policy }: RetentionPolicyRules,
  artifacts: readonly RetainedArtifact[],
  now: Date,
): Verdict[] {
  const candidates = candidatesOf(artifacts, unit);
  const opinions = rules.map((rule) => opinionsOf(rule, candidates, now));
  return candidates.map((candidate) => {
    const heard = opinions.map((ofRule) => ofRule.get(candidate));
    const keeper = heard.findIndex((opinion) => opinion?.keeps);
    if (keeper >= 0)
      return { candidate, outcome: 'RETAIN', keptSigned: false, reason: said(rules[keeper], keeper, heard[keeper]) };
    const signature = keepingSignature(policy, candidate);
    if (signature !== undefined) return { candidate, outcome: 'RETAIN', keptSigned: true, reason: signature };
    const reason = rules.map((rule, index) => said(rule, index, heard[index])).join('; ');
    return { candidate, outcome: candidate.immutable ? 'IMMUTABLE' : 'DEL', keptSigned: false, reason };
  });
}

/** Which signature keeps it, whatever the rules say. */
function keepingSignature(
  { keepSigned, keepNotarySigned }: Omit<RetentionPolicyRules, 'rules' | 'unit'>,
  { artifact, signedBy }: Candidate,
): string | undefined {
  if ((keepSigned || keepNotarySigned) && signedBy !== null) return `signed: Notary names ${signedBy}`;
  return keepSigned && artifact.signed ? 'signed: the policy keeps what has a signature' : undefined;
}

/** Of the candidates that the rule is about. */
function opinionsOf(rule: TagRule, candidates: readonly Candidate[], now: Date): Map<Candidate, Opinion> {
  const [template, parameter] = readTemplate(rule.template, rule.params);
  const chosen = candidates.filter(compileTagSelectors(rule.tag_selectors));
  const opinions = ruleTemplates[template].judge(chosen, parameter, now);
  return new Map(opinions.flatMap((opinion, index) => (chosen[index] ? [[chosen[index], opinion]] : [])));
}

/** `rule 2, latestPushedK 10: number 3 of 25 by last push`. */
function said(rule: TagRule | undefined, index: number, opinion: Opinion | undefined): string {
  const parameter = rule?.params[rule.template];
  const name = `rule ${index + 1}, ${rule?.template}${parameter === undefined ? '' : ` ${String(parameter)}`}`;
  return `${name}: ${opinion?.because ?? 'not about this tag'}`;
}
