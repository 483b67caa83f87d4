import { ExecutionsService } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Database, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { eventTypes, type EventType } from './event-types';
import { TargetVault } from './target-vault';
import { vendorTypes } from './vendor-types';
import {
  WebhookPoliciesRepository,
  type LastTrigger,
  type PolicyOwner,
  type PolicyRow,
} from './webhook-policies.repository';
import { readTargets, type TargetInput, type WebhookTarget } from './webhook-target';

export interface WebhookPolicyView extends Omit<PolicyRow, 'targets'> {
  targets: WebhookTarget[];
}

export interface WebhookPolicyInput {
  name: string;
  description: string;
  /** Absent: as it was, and of a new one yes. */
  enabled?: boolean;
  eventTypes: readonly string[];
  targets: readonly TargetInput[];
}

/** Policies of a project, or (owner null) of the system. */
@Injectable()
export class WebhookPoliciesService {
  constructor(
    private readonly database: Database,
    private readonly policies: WebhookPoliciesRepository,
    private readonly vault: TargetVault,
    private readonly executions: ExecutionsService,
  ) {}

  /** Answers the new policy's id. Throws BAD_REQUEST, or CONFLICT when the name is taken. */
  async create(owner: PolicyOwner, input: WebhookPolicyInput, creator: string): Promise<number> {
    const targets = readTargets(input.targets).map((target) => this.vault.seal(target));
    const id = await this.policies.insert({ ...read(input, true), targets, projectId: owner, creator });
    if (id === undefined) throw taken(input.name);
    return id;
  }

  /** Throws NOT_FOUND. */
  async get(owner: PolicyOwner, id: number): Promise<WebhookPolicyView> {
    const row = await this.policies.find(owner, id);
    if (!row) throw new AppError('NOT_FOUND', `webhook policy ${id} not found`);
    return this.opened(row);
  }

  async list(owner: PolicyOwner, options: ListOptions): Promise<{ items: WebhookPolicyView[]; total: number }> {
    const { items, total } = await this.policies.list(owner, options);
    return { items: items.map((row) => this.opened(row)), total };
  }

  /**
   * Targets that stay keep a secret that is not given. A policy that is disabled sends nothing any more, not even what is
   * on its way. Throws NOT_FOUND, BAD_REQUEST, CONFLICT.
   */
  async update(owner: PolicyOwner, id: number, input: WebhookPolicyInput): Promise<void> {
    const enabled = await this.database.transaction(async () => {
      const known = await this.get(owner, id);
      const values = read(input, known.enabled);
      if (await this.policies.isNameTaken(owner, values.name, id)) throw taken(values.name);
      const targets = readTargets(input.targets, known.targets).map((target) => this.vault.seal(target));
      await this.policies.update(id, { ...values, targets });
      return values.enabled;
    });
    if (!enabled) await this.stopRunning(id);
  }

  /** What is on its way to its targets is not sent any more. Throws NOT_FOUND. */
  async delete(owner: PolicyOwner, id: number): Promise<void> {
    await this.get(owner, id);
    await this.policies.delete(id);
    await this.stopRunning(id);
  }

  /** When each event type of each policy last caused something to be sent. */
  lastTriggers(owner: PolicyOwner): Promise<LastTrigger[]> {
    return this.policies.lastTriggers(owner, vendorTypes);
  }

  private async stopRunning(id: number): Promise<void> {
    const running = await Promise.all(vendorTypes.map((type) => this.executions.running(type, id)));
    for (const execution of running.flat()) await this.executions.stop(execution);
  }

  private opened(row: PolicyRow): WebhookPolicyView {
    return { ...row, targets: row.targets.map((target) => this.vault.open(target)) };
  }
}

/** Throws BAD_REQUEST. */
function read({ name, description, enabled, eventTypes: types }: WebhookPolicyInput, enabledElse: boolean) {
  if (name.trim() === '' || name.length > 255) throw invalid('a webhook policy needs a name of at most 255 characters');
  if (types.length === 0) throw invalid('empty event type');
  const unknown = types.find((type) => !eventTypes.includes(type as EventType));
  if (unknown !== undefined) throw invalid(`unsupported event type ${unknown}`);
  return { name, description, enabled: enabled ?? enabledElse, eventTypes: [...new Set(types)] as EventType[] };
}

function invalid(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'webhook.policy.invalid' });
}

function taken(name: string): AppError {
  return new AppError('CONFLICT', `webhook policy ${name} already exists`, { reason: 'webhook.policy.exists' });
}
