import type { ProjectFacts } from '@breakwater/access';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { Body, Controller, Delete, Get, Put } from '@nestjs/common';
import { Audited, theProject } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import { api, Operation, PathParameters, ResourceNameHeader, Returns, ReturnsNothing } from '../rest';
import {
  EffectiveTrustPolicyDto,
  toEffectiveTrustPolicy,
  toTrustPolicy,
  TrustPolicyDto,
  TrustPolicyInputDto,
} from './trust-policy.dto';

const tag = 'trust';

/** Ours, as everything about trust policies. */
@Controller(`${api}/projects/:project_name_or_id/trust-policy`)
export class TrustPoliciesController {
  constructor(private readonly policies: TrustPoliciesService) {}

  @Get()
  @RequirePermission('configuration:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getTrustPolicy',
    tag,
    summary: 'Get which signatures count in a project, as it was set',
    errors: [400, 401, 403, 404],
  })
  @Returns(TrustPolicyDto)
  async get(@CurrentProject() project: ProjectFacts) {
    return toTrustPolicy(await this.policies.get(project.id));
  }

  @Put()
  @RequirePermission('configuration:update')
  @Audited('update_trust_policy', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'setTrustPolicy',
    tag,
    summary: 'Decide which signatures count in a project, and what happens to what lacks them',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @Returns(TrustPolicyDto)
  async set(@CurrentProject() project: ProjectFacts, @Body() { version, ...settings }: TrustPolicyInputDto) {
    return toTrustPolicy(await this.policies.set(project.id, settings, version));
  }

  @Delete()
  @RequirePermission('configuration:update')
  @Audited('update_trust_policy', theProject)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'resetTrustPolicy',
    tag,
    summary: 'Take a trust policy back to what it is at first; certificates and keys stay',
    errors: [400, 401, 403, 404],
  })
  @ReturnsNothing()
  reset(@CurrentProject() project: ProjectFacts): Promise<void> {
    return this.policies.reset(project.id);
  }

  @Get('effective')
  @RequirePermission('configuration:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getEffectiveTrustPolicy',
    tag,
    summary: "Get the trust policy in force, with what the project's metadata adds, and why",
    errors: [400, 401, 403, 404],
  })
  @Returns(EffectiveTrustPolicyDto)
  async effective(@CurrentProject() project: ProjectFacts) {
    return toEffectiveTrustPolicy(await this.policies.explain(project.id, new Date()));
  }
}
