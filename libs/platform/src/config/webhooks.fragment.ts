import { z } from 'zod';
import { networkList } from './fragments';

/** Of the process that sends webhooks. */
export const webhooksFragment = {
  WEBHOOK_ALLOWED_NETWORKS: networkList.describe(
    'Internal addresses or CIDRs that webhooks may be sent to; others are refused',
  ),
  JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT: z.coerce
    .number()
    .int()
    .min(1)
    .max(300)
    .default(3)
    .describe('Seconds that a webhook may take, from the lookup of the name to the end of the answer'),
};
