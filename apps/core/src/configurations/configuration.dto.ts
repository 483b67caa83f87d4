import { entryOf, isSecret, settingNames, type SettingName } from '@breakwater/settings';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64 } from '../rest';

const editable = z.boolean().describe('Whether it can be changed');

const item = {
  boolean: z.object({ value: z.boolean(), editable }).meta({ 'x-model': 'BoolConfigItem' }),
  number: z.object({ value: int64, editable }).meta({ 'x-model': 'IntegerConfigItem' }),
  string: z.object({ value: z.string(), editable }).meta({ 'x-model': 'StringConfigItem' }),
};

/** Without value and editable, as in Harbor. */
const scanAllPolicy = z.object({
  type: z.string().optional(),
  parameter: z.object({ daily_time: z.int().optional() }).optional(),
});

/** Maps are sent as JSON in a string. */
const kindOf = (name: SettingName): keyof typeof item => {
  const kind = typeof entryOf(name).standard;
  return kind === 'boolean' || kind === 'number' ? kind : 'string';
};

const answer = Object.fromEntries(
  settingNames.map((name): [string, z.ZodType] => {
    if (name === 'scan_all_policy') return [name, scanAllPolicy];
    const { about } = entryOf(name);
    return [name, item[kindOf(name)].optional().describe(isSecret(name) ? `${about}. Never answered` : about)];
  }),
);

/** Secrets are described because Harbor's document has one of them; no answer has them. */
export class ConfigurationsResponseDto extends createZodDto(z.object(answer)) {}

const openApiType = { boolean: 'boolean', number: 'integer', string: 'string' } as const;

/** What each value must be is for the table to say, by name: 400 instead of 422. */
const change = Object.fromEntries(
  settingNames.map((name): [string, z.ZodType] => {
    const { about, expected } = entryOf(name);
    const type = name === 'scan_all_policy' ? 'object' : openApiType[kindOf(name)];
    return [
      name,
      z
        .unknown()
        .optional()
        .meta({ type, nullable: true, description: `${about}: ${expected}` }),
    ];
  }),
);

export class ConfigurationsDto extends createZodDto(z.object(change)) {}
