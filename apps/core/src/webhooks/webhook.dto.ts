import {
  shownAddress,
  type LastTrigger,
  type WebhookPolicyInput,
  type WebhookPolicyView,
  type WebhookTarget,
} from '@breakwater/webhooks';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, neverTime, pathId, time } from '../rest';

const text = (most: number) => z.string().max(most).nullish();

const targetInput = z
  .object({
    type: text(32).describe('http, slack, or in addition to Harbor teams'),
    address: text(2_048),
    auth_header: text(8_192).describe('Sent as Authorization, as it is'),
    skip_cert_verify: z.boolean().nullish(),
    payload_format: text(32).describe('Of http: Default, CloudEvents, or in addition to Harbor Template'),
    payload_template: text(65_536).describe('Of the format Template: JSON with {{path}} and {{json path}}'),
    secret: text(255).describe('Signs what is sent (Standard Webhooks); never shown. Absent: as it was'),
    signed: z.boolean().nullish().describe('Shown only'),
  })
  .meta({ 'x-model': 'WebhookTargetObject' });

/** What clients read they send back, changed: what cannot change is ignored. */
export class WebhookPolicyDto extends createZodDto(
  z.object({
    id: int64.nullish(),
    name: text(255),
    description: text(1_024),
    project_id: int64.nullish(),
    targets: z.array(targetInput).max(20).nullish(),
    event_types: z.array(z.string().max(64)).max(100).nullish(),
    creator: text(255),
    creation_time: z.string().nullish(),
    update_time: z.string().nullish(),
    enabled: z.boolean().nullish(),
  }),
) {}

const targetShown = z
  .object({
    type: z.string(),
    address: z.string(),
    auth_header: z.string(),
    skip_cert_verify: z.boolean(),
    payload_format: z.string(),
    payload_template: z.string().optional(),
    signed: z.boolean(),
  })
  .meta({ 'x-model': 'WebhookTargetObject' });

export class WebhookPolicyShownDto extends createZodDto(
  z
    .object({
      id: int64,
      name: z.string(),
      description: z.string(),
      project_id: int64,
      targets: z.array(targetShown),
      event_types: z.array(z.string()),
      creator: z.string(),
      creation_time: time,
      update_time: time,
      enabled: z.boolean(),
    })
    .meta({ 'x-model': 'WebhookPolicy' }),
) {}

export class SupportedWebhookEventTypesDto extends createZodDto(
  z.object({
    event_type: z.array(z.string().meta({ 'x-model': 'EventType' })),
    notify_type: z.array(z.string().meta({ 'x-model': 'NotifyType' })),
    payload_formats: z.array(
      z.object({ notify_type: z.string(), formats: z.array(z.string()) }).meta({ 'x-model': 'PayloadFormat' }),
    ),
  }),
) {}

export class WebhookLastTriggerDto extends createZodDto(
  z.object({
    policy_name: z.string(),
    event_type: z.string(),
    enabled: z.boolean(),
    creation_time: time,
    last_trigger_time: time,
  }),
) {}

export class WebhookPolicyPath extends createZodDto(z.object({ webhook_policy_id: pathId })) {}

export class ListPoliciesQuery extends createZodDto(z.object(listShape)) {}

export function readPolicy(body: WebhookPolicyDto): WebhookPolicyInput {
  return {
    name: body.name ?? '',
    description: body.description ?? '',
    enabled: body.enabled ?? undefined,
    eventTypes: body.event_types ?? [],
    targets: (body.targets ?? []).map((target) => ({
      type: target.type ?? '',
      address: target.address ?? '',
      authHeader: target.auth_header ?? '',
      skipCertVerify: target.skip_cert_verify ?? false,
      payloadFormat: target.payload_format ?? '',
      template: target.payload_template ?? '',
      secret: target.secret ?? undefined,
    })),
  };
}

/**
 * `hidden`: for who may not change it. Who may gets the header of each target as it is, for clients send back what they
 * read (Harbor's contract).
 */
export function toPolicy(policy: WebhookPolicyView, hidden: boolean): z.input<typeof WebhookPolicyShownDto.schema> {
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description,
    project_id: policy.projectId ?? 0,
    targets: policy.targets.map((target) => toTarget(hidden ? withoutCredentials(target) : target)),
    event_types: policy.eventTypes,
    creator: policy.creator,
    creation_time: policy.creationTime,
    update_time: policy.updateTime,
    enabled: policy.enabled,
  };
}

function withoutCredentials(target: WebhookTarget): WebhookTarget {
  const { address, authHeader } = target;
  return { ...target, address: shownAddress(address), authHeader: authHeader === '' ? '' : '***' };
}

function toTarget(target: WebhookTarget): z.input<typeof targetShown> {
  return {
    type: target.type,
    address: target.address,
    auth_header: target.authHeader,
    skip_cert_verify: target.skipCertVerify,
    payload_format: target.type === 'http' ? target.payloadFormat : '',
    ...(target.template !== '' && { payload_template: target.template }),
    signed: target.secret !== '',
  };
}

export function toLastTrigger(trigger: LastTrigger): z.input<typeof WebhookLastTriggerDto.schema> {
  return {
    policy_name: trigger.policyName,
    event_type: trigger.eventType,
    enabled: trigger.enabled,
    creation_time: trigger.creationTime,
    last_trigger_time: trigger.lastTriggerTime ?? neverTime,
  };
}
