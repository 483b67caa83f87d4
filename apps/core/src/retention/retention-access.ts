import { principalName, type Principal } from '@breakwater/access';
import { RetentionPoliciesService, type PolicyDetail } from '@breakwater/retention';
import { Injectable } from '@nestjs/common';
import { AccessChecker } from '../auth';

type RetentionAction = 'create' | 'read' | 'update' | 'delete' | 'list';

/** `tag-retention:*` on the project of a policy (management-platform.md section 3.4). */
@Injectable()
export class RetentionAccess {
  constructor(
    private readonly checker: AccessChecker,
    private readonly policies: RetentionPoliciesService,
  ) {}

  /** Throws FORBIDDEN, NOT_FOUND. */
  async requireCreate(principal: Principal, projectId: number): Promise<void> {
    await this.checker.requireProject(principal, 'tag-retention:create', { id: projectId });
  }

  /** The policy, for who may read it. Throws FORBIDDEN, NOT_FOUND. */
  async requireRead(principal: Principal, policyId: number): Promise<PolicyDetail> {
    const policy = await this.policies.get(policyId);
    await this.checker.requireProject(principal, 'tag-retention:read', { id: policy.projectId });
    return policy;
  }

  /** Its project, when the principal may do that to it. Throws FORBIDDEN, NOT_FOUND. */
  async requireOn(principal: Principal, action: RetentionAction, policyId: number): Promise<{ projectId: number }> {
    const projectId = await this.policies.projectOf(policyId);
    await this.checker.requireProject(principal, `tag-retention:${action}`, { id: projectId });
    return { projectId };
  }

  /** Who starts a run, by name. Running needs `update`, as in Harbor. Throws FORBIDDEN, NOT_FOUND. */
  async requireRun(principal: Principal, policyId: number): Promise<string> {
    await this.requireOn(principal, 'update', policyId);
    return principalName(principal);
  }
}
