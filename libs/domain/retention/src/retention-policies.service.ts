import { ExecutionsService, SchedulesService, type Schedule } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { ProjectMetadataService } from '@breakwater/projects';
import { Injectable } from '@nestjs/common';
import {
  RetentionPoliciesRepository,
  retentionVendor,
  type PolicyContent,
  type PolicyRow,
} from './retention-policies.repository';
import { assertRules } from './retention-policy';

export interface PolicyInput extends PolicyContent {
  /** Six fields, UTC; undefined: only when somebody starts it. */
  cron: string | undefined;
}

export interface PolicyDetail extends PolicyRow {
  schedule: Schedule | undefined;
}

/** Retention policies: what stays, and when that is looked after. */
@Injectable()
export class RetentionPoliciesService {
  constructor(
    private readonly database: Database,
    private readonly policies: RetentionPoliciesRepository,
    private readonly metadata: ProjectMetadataService,
    private readonly schedules: SchedulesService,
    private readonly executions: ExecutionsService,
  ) {}

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<PolicyDetail> {
    return { ...(await this.policies.get(id)), schedule: await this.schedules.find(retentionVendor, id) };
  }

  /** Throws NOT_FOUND. */
  async projectOf(id: number): Promise<number> {
    return (await this.policies.get(id)).projectId;
  }

  /** Returns the new policy's id. Throws BAD_REQUEST for wrong rules or a second policy, CONFLICT for a rule that is there twice. */
  create(projectId: number, input: PolicyInput): Promise<number> {
    assertRules(input.rules);
    return this.database.transaction(async () => {
      const id = await this.policies.insert(projectId, input);
      if (id === undefined)
        throw new AppError('BAD_REQUEST', `project ${projectId} already has a retention policy`, {
          reason: 'retention.policy.exists',
        });
      await this.metadata.setRetention(projectId, id);
      await this.schedule(id, input.cron);
      return id;
    });
  }

  /** Runs that go on are stopped: what they delete was decided by other rules. Throws BAD_REQUEST, NOT_FOUND, CONFLICT. */
  async update(id: number, input: PolicyInput): Promise<void> {
    assertRules(input.rules);
    await this.database.transaction(async () => {
      await this.policies.get(id);
      await this.policies.update(id, input);
      await this.schedule(id, input.cron);
    });
    await this.stopRuns(id);
  }

  /** Its runs are stopped, its schedule ends. Throws NOT_FOUND. */
  async delete(id: number): Promise<void> {
    await this.database.transaction(async () => {
      const { projectId } = await this.policies.get(id);
      await this.policies.delete(id);
      await this.metadata.setRetention(projectId, null);
      await this.schedules.remove(retentionVendor, id);
    });
    await this.stopRuns(id);
  }

  private async schedule(id: number, cron: string | undefined): Promise<void> {
    if (cron === undefined) return this.schedules.remove(retentionVendor, id);
    await this.schedules.set({ vendorType: retentionVendor, vendorId: id, cronType: 'Custom', cron, parameters: {} });
  }

  private async stopRuns(id: number): Promise<void> {
    for (const execution of await this.executions.running(retentionVendor, id)) await this.executions.stop(execution);
  }
}
