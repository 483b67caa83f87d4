import { can, type Principal, type ProjectFacts } from '@breakwater/access';
import { ExecutionsService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { DeliveryLog, vendorTypes, WebhookPoliciesService, type PolicyOwner } from '@breakwater/webhooks';
import { Injectable, type StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { JobLogs } from '../live';
import { listOptions, Page, type Paging } from '../rest';
import { toDelivery } from './delivery.dto';
import { toExecution, toTask, type TaskPath } from './execution.dto';
import { toWebhookJob, type ListWebhookJobsQuery } from './webhook-job.dto';
import { readPolicy, toPolicy, type WebhookPolicyDto } from './webhook.dto';

/** Whether credentials are kept from who asks. */
interface Seen {
  hidden: boolean;
}

/** Who may not change a policy sees no credential of it. `project`: absent for the system's policies. */
export function seenBy(principal: Principal, project?: ProjectFacts): Seen {
  return { hidden: !can(principal, 'notification-policy:update', { project }) };
}

type Query = Paging & { q?: string; sort?: string };

/** What a project and the system answer alike. `owner`: the project's id, or null for the system. */
@Injectable()
export class WebhookAnswers {
  constructor(
    private readonly policies: WebhookPoliciesService,
    private readonly deliveries: DeliveryLog,
    private readonly executions: ExecutionsService,
    private readonly logs: JobLogs,
  ) {}

  async list(owner: PolicyOwner, query: Query, { hidden }: Seen) {
    const { items, total } = await this.policies.list(owner, listOptions(query));
    return new Page(
      items.map((policy) => toPolicy(policy, hidden)),
      total,
      query,
    );
  }

  create(owner: PolicyOwner, body: WebhookPolicyDto, creator: string): Promise<number> {
    return this.policies.create(owner, readPolicy(body), creator);
  }

  async get(owner: PolicyOwner, id: number, { hidden }: Seen) {
    return toPolicy(await this.policies.get(owner, id), hidden);
  }

  update(owner: PolicyOwner, id: number, body: WebhookPolicyDto): Promise<void> {
    return this.policies.update(owner, id, readPolicy(body));
  }

  delete(owner: PolicyOwner, id: number): Promise<void> {
    return this.policies.delete(owner, id);
  }

  async listExecutions(owner: PolicyOwner, policyId: number, query: Query) {
    const { id } = await this.policies.get(owner, policyId);
    const { items, total } = await this.executions.list({ vendorTypes, vendorId: id }, listOptions(query));
    return new Page(items.map(toExecution), total, query);
  }

  async listTasks(owner: PolicyOwner, policyId: number, executionId: number, query: Query) {
    const { id } = await this.policies.get(owner, policyId);
    const scope = { vendorTypes, vendorId: id };
    const { items, total } = await this.executions.listTasks(executionId, listOptions(query), scope);
    return new Page(items.map(toTask), total, query);
  }

  /** Throws NOT_FOUND, also for the task of another policy. */
  async log(owner: PolicyOwner, path: TaskPath, request: FastifyRequest): Promise<StreamableFile> {
    const { id } = await this.policies.get(owner, path.webhook_policy_id);
    const scope = { vendorTypes, vendorId: id };
    return this.logs.ofTask({ id: path.task_id, executionId: path.execution_id, ...scope }, request);
  }

  /** Throws BAD_REQUEST without a policy. */
  async listJobs(owner: PolicyOwner, query: ListWebhookJobsQuery) {
    if (query.policy_id === undefined) throw new AppError('BAD_REQUEST', 'policy_id is required');
    const { id } = await this.policies.get(owner, query.policy_id);
    const { filters, ...options } = listOptions(query);
    const byStatus = query.status.length > 0 ? [{ key: 'status', match: 'or' as const, values: query.status }] : [];
    const { items, total } = await this.executions.list(
      { vendorTypes, vendorId: id },
      { ...options, filters: [...filters, ...byStatus] },
    );
    return new Page(items.map(toWebhookJob), total, query);
  }

  async listDeliveries(owner: PolicyOwner, policyId: number, query: Paging) {
    const { id } = await this.policies.get(owner, policyId);
    const { items, total } = await this.deliveries.list(id, { page: query.page, pageSize: query.page_size });
    return new Page(items.map(toDelivery), total, query);
  }

  /** Answers the new execution's id. Throws PRECONDITION for a policy that is disabled: it sends nothing. */
  async redeliver(owner: PolicyOwner, policyId: number, executionId: number): Promise<number> {
    const { id, enabled } = await this.policies.get(owner, policyId);
    if (!enabled)
      throw new AppError('PRECONDITION', `webhook policy ${id} is disabled`, { reason: 'webhook.policy.disabled' });
    return this.deliveries.redeliver(id, executionId);
  }
}
