import { tagRule } from '@breakwater/contracts';
import type { ImmutableRuleRow } from '@breakwater/immutability';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { listShape, pathId } from '../rest';

const selectorShown = z
  .object({ kind: z.string(), decoration: z.string(), pattern: z.string(), extras: z.string() })
  .meta({ 'x-model': 'ImmutableSelector' });

export class ImmutableRuleDto extends createZodDto(
  z.object({
    id: z.number().int(),
    priority: z.number().int(),
    disabled: z.boolean(),
    action: z.string(),
    template: z.string(),
    params: z.record(z.string(), z.unknown()),
    tag_selectors: z.array(selectorShown),
    scope_selectors: z.record(z.string(), z.array(selectorShown)),
  }),
) {}

export class ImmutableRuleInputDto extends createZodDto(tagRule) {}

export class ListImmutableRulesQuery extends createZodDto(z.object(listShape)) {}

export class ImmutableRulePath extends createZodDto(
  z.object({ immutable_rule_id: pathId.describe('The id of the rule') }),
) {}

export function toImmutableRule({ id, disabled, rule }: ImmutableRuleRow): z.input<typeof ImmutableRuleDto.schema> {
  return { ...rule, id, disabled };
}
