import type { TagRule } from '@breakwater/contracts';
import type { PolicyRow } from './retention-policies.repository';

interface Deleted {
  total: number;
  deleted: number;
  named: readonly { tag: string; type: string }[];
}

/** What webhooks say of a run on a repository, field for field as Harbor (ecosystem.md section 4). */
export function reportOf(policy: PolicyRow, { total, deleted, named }: Deleted): Record<string, unknown> {
  return {
    total,
    retained: total - deleted,
    project_name: policy.projectName,
    retention_policy_id: policy.id,
    retention_rule: policy.rules.filter(({ disabled }) => !disabled).map(ruleOf),
    result: 'SUCCESS',
    deleted_artifact: named.map(({ tag, type }) => ({ type, status: 'SUCCESS', name_tag: tag, references: null })),
  };
}

function ruleOf({ template, params, tag_selectors, scope_selectors }: TagRule): Record<string, unknown> {
  return { template, params, tag_selectors, scope_selectors };
}
