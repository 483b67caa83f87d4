import { z } from 'zod';

const maxPattern = 1_024;

function selector<const Decorations extends readonly [string, ...string[]]>(decorations: Decorations) {
  return z.object({
    kind: z.literal('doublestar').default('doublestar'),
    decoration: z.enum(decorations),
    pattern: z.string().max(maxPattern).default(''),
    /** JSON in a string; of tags `{"untagged":true}`. */
    extras: z.string().max(255).default(''),
  });
}

const maxSelectors = 20;

/** A rule on tags, as immutable rules and retention policies hold it: which repositories, and which tags of them. */
export const tagRule = z.object({
  id: z.number().int().default(0),
  priority: z.number().int().default(0),
  disabled: z.boolean().default(false),
  action: z.string().max(64).default(''),
  template: z.string().max(64).default(''),
  params: z.record(z.string().max(64), z.unknown()).default({}),
  tag_selectors: z
    .array(selector(['matches', 'excludes']))
    .min(1)
    .max(maxSelectors),
  scope_selectors: z.object({
    repository: z
      .array(selector(['repoMatches', 'repoExcludes']))
      .min(1)
      .max(maxSelectors),
  }),
});
export type TagRule = z.output<typeof tagRule>;
