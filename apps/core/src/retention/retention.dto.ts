import { tagRule } from '@breakwater/contracts';
import type { ExecutionRow, TaskRow } from '@breakwater/executions';
import { ruleTemplates, type PolicyDetail, type PolicyInput } from '@breakwater/retention';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, pagingShape, pathId } from '../rest';

const selectorShown = z
  .object({ kind: z.string(), decoration: z.string(), pattern: z.string(), extras: z.string() })
  .meta({ 'x-model': 'RetentionSelector' });

const ruleShown = z
  .object({
    id: z.number().int(),
    priority: z.number().int(),
    disabled: z.boolean(),
    action: z.string(),
    template: z.string(),
    params: z.record(z.string(), z.unknown()),
    tag_selectors: z.array(selectorShown),
    scope_selectors: z.record(z.string(), z.array(selectorShown)),
  })
  .meta({ 'x-model': 'RetentionRule' });

const additions = {
  unit: z
    .enum(['tag', 'artifact'])
    .describe('What is judged: each tag, or an artifact with all of its tags as in Harbor'),
  keep_signed: z.boolean().describe('What has a signature stays'),
  keep_notary_signed: z.boolean().describe('Tags that Notary signs stay'),
  confirm_above: z
    .number()
    .int()
    .min(0)
    .max(100)
    .nullable()
    .describe('Percent: a run that would delete more asks for confirmation; null: none does'),
};

export class RetentionPolicyDto extends createZodDto(
  z.object({
    id: int64,
    algorithm: z.string(),
    rules: z.array(ruleShown),
    trigger: z
      .object({
        kind: z.string(),
        settings: z.record(z.string(), z.unknown()).describe('cron: six fields, UTC; next_scheduled_time'),
        references: z.record(z.string(), z.unknown()).describe('job_id: of the schedule'),
      })
      .meta({ 'x-model': 'RetentionRuleTrigger' }),
    scope: z.object({ level: z.string(), ref: z.number().int() }).meta({ 'x-model': 'RetentionPolicyScope' }),
    ...additions,
  }),
) {}

export class RetentionPolicyInputDto extends createZodDto(
  z.object({
    id: int64.nullish(),
    algorithm: z.literal('or').default('or'),
    rules: z.array(tagRule),
    trigger: z
      .object({
        kind: z.literal('Schedule').or(z.literal('')).default('Schedule'),
        settings: z
          .object({ cron: z.string().max(64).nullish() })
          .loose()
          .nullish(),
        references: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
    scope: z.object({ level: z.literal('project').default('project'), ref: int64 }),
    unit: additions.unit.default('tag'),
    keep_signed: additions.keep_signed.default(false),
    keep_notary_signed: additions.keep_notary_signed.default(true),
    confirm_above: additions.confirm_above.default(null),
  }),
) {}

export class RetentionPath extends createZodDto(z.object({ id: pathId.describe('The id of the policy') })) {}

export class RetentionExecutionPath extends createZodDto(
  z.object({ id: pathId.describe('The id of the policy'), eid: pathId.describe('The id of the run') }),
) {}

export class RetentionTaskPath extends createZodDto(
  z.object({
    id: pathId.describe('The id of the policy'),
    eid: pathId.describe('The id of the run'),
    tid: pathId.describe('The id of the task'),
  }),
) {}

export class RetentionPageQuery extends createZodDto(z.object(pagingShape)) {}

export class RetentionRunDto extends createZodDto(
  z.object({
    dry_run: z.boolean().default(false).describe('Only say what would go'),
    confirm: z.boolean().default(false).describe('Yes, although it deletes more than confirm_above'),
  }),
) {}

export class RetentionActionDto extends createZodDto(z.object({ action: z.literal('stop') })) {}

export class RetentionExecutionDto extends createZodDto(
  z.object({
    id: int64,
    policy_id: int64,
    start_time: z.string(),
    end_time: z.string().optional(),
    status: z.string(),
    trigger: z.string(),
    dry_run: z.boolean(),
    needs_confirmation: z
      .boolean()
      .optional()
      .describe('Its schedule started it, and it deletes more than confirm_above'),
  }),
) {}

export class RetentionExecutionTaskDto extends createZodDto(
  z.object({
    id: int64,
    execution_id: int64,
    repository: z.string(),
    job_id: z.string(),
    status: z.string(),
    status_code: z.number().int(),
    status_revision: int64,
    start_time: z.string(),
    end_time: z.string().optional(),
    total: z.number().int(),
    retained: z.number().int(),
    retained_signed: z.number().int().describe('Of them, those that only a signature kept (not in Harbor)'),
  }),
) {}

const selectorMetadata = z
  .object({ display_text: z.string(), kind: z.string(), decorations: z.array(z.string()) })
  .meta({ 'x-model': 'RetentionSelectorMetadata' });
const parameterMetadata = z
  .object({ type: z.string(), unit: z.string(), required: z.boolean() })
  .meta({ 'x-model': 'RetentionRuleParamMetadata' });

export class RetentionMetadataDto extends createZodDto(
  z.object({
    templates: z.array(
      z
        .object({
          rule_template: z.string(),
          display_text: z.string(),
          action: z.string(),
          params: z.array(parameterMetadata),
        })
        .meta({ 'x-model': 'RetentionRuleMetadata' }),
    ),
    scope_selectors: z.array(selectorMetadata),
    tag_selectors: z.array(selectorMetadata),
  }),
) {}

/** What rules are made of. */
export const retentionMetadata: z.input<typeof RetentionMetadataDto.schema> = {
  templates: Object.entries(ruleTemplates)
    .filter(([, { advertised }]) => advertised)
    .map(([name, template]) => ({
      rule_template: name,
      display_text: template.displayText,
      action: 'retain',
      params: 'unit' in template ? [{ type: 'int', unit: template.unit, required: true }] : [],
    })),
  scope_selectors: [{ display_text: 'Repositories', kind: 'doublestar', decorations: ['repoMatches', 'repoExcludes'] }],
  tag_selectors: [{ display_text: 'Tags', kind: 'doublestar', decorations: ['matches', 'excludes'] }],
};

export function readPolicy(body: z.output<typeof RetentionPolicyInputDto.schema>): PolicyInput {
  const cron = body.trigger?.settings?.cron;
  return {
    rules: body.rules,
    unit: body.unit,
    keepSigned: body.keep_signed,
    keepNotarySigned: body.keep_notary_signed,
    confirmAbove: body.confirm_above,
    cron: cron ? cron : undefined,
  };
}

export function toPolicy(policy: PolicyDetail): z.input<typeof RetentionPolicyDto.schema> {
  const { schedule } = policy;
  return {
    id: policy.id,
    algorithm: 'or',
    rules: policy.rules.map((rule, index) => ({ ...rule, id: index + 1 })),
    trigger: {
      kind: 'Schedule',
      settings: {
        cron: schedule?.cron ?? '',
        ...(schedule && { next_scheduled_time: schedule.nextTime.toISOString() }),
      },
      references: schedule ? { job_id: schedule.id } : {},
    },
    scope: { level: 'project', ref: policy.projectId },
    unit: policy.unit,
    keep_signed: policy.keepSigned,
    keep_notary_signed: policy.keepNotarySigned,
    confirm_above: policy.confirmAbove,
  };
}

export function toExecution(execution: ExecutionRow): z.input<typeof RetentionExecutionDto.schema> {
  return {
    id: execution.id,
    policy_id: execution.vendorId,
    start_time: execution.startTime.toISOString(),
    ...(execution.endTime && { end_time: execution.endTime.toISOString() }),
    status: execution.status,
    trigger: execution.trigger,
    dry_run: execution.extraAttrs.dry_run === true,
    ...(execution.extraAttrs.needs_confirmation === true && { needs_confirmation: true }),
  };
}

/** As Harbor numbers them (management-platform.md section 6.2). */
const statusCodes: Readonly<Record<string, number>> = { Pending: 0, Scheduled: 1, Running: 2 };
const finalCode = 3;

export function toTask(task: TaskRow): z.input<typeof RetentionExecutionTaskDto.schema> {
  const { repository } = task.payload as { repository: string };
  return {
    id: task.id,
    execution_id: task.executionId,
    repository,
    job_id: String(task.id),
    status: task.status,
    status_code: statusCodes[task.status] ?? finalCode,
    status_revision: task.run,
    start_time: (task.startTime ?? task.creationTime).toISOString(),
    ...(task.endTime && { end_time: task.endTime.toISOString() }),
    total: numberIn(task.extraAttrs.total),
    retained: numberIn(task.extraAttrs.retained),
    retained_signed: numberIn(task.extraAttrs.retained_signed),
  };
}

const numberIn = (value: unknown): number => (typeof value === 'number' ? value : 0);
