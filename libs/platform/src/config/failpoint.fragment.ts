import { failpoints, parseFailpoint, trustFailpoints } from '@breakwater/kernel';
import { z } from 'zod';

/** For crash tests: where the process kills itself. */
export const failpointFragment = {
  NODE_ENV: z.string().optional().describe('Node’s own; `production` in the images and with `npm start`'),
  BREAKWATER_FAILPOINT: z
    .string()
    .refine(
      (text) => parseFailpoint(text) !== undefined,
      `expected NAME or NAME:ARRIVALS of ${[...failpoints, ...trustFailpoints].join(', ')}`,
    )
    .optional()
    .describe('For crash tests: the process kills itself there; refused unless `NODE_ENV=test`'),
};

/** A registry that serves anybody must not be talked into killing itself by a variable that was left behind. */
export function withFailpointRules<T extends z.ZodObject<typeof failpointFragment>>(schema: T): T {
  return schema.refine(
    ({ NODE_ENV, BREAKWATER_FAILPOINT }) => BREAKWATER_FAILPOINT === undefined || NODE_ENV === 'test',
    { message: 'only with NODE_ENV=test', path: ['BREAKWATER_FAILPOINT'], when: () => true },
  );
}
