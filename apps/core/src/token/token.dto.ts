import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

const list = z.union([z.string().transform((value) => [value]), z.array(z.string())]);

/** `account`, `client_id` and `offline_token` are sent by clients and change nothing. */
export class TokenQuery extends createZodDto(
  z.object({
    service: z
      .union([z.string(), z.array(z.string()).transform((values) => values[0] ?? '')])
      .default('')
      .describe('harbor-registry or harbor-notary'),
    scope: list.default([]).describe('`repository:<name>:<action>,…`; repeated, or several with spaces between'),
  }),
) {}

export class TokenDto extends createZodDto(
  z.object({
    token: z.string(),
    access_token: z.string().describe('The same, for OAuth 2 clients'),
    expires_in: z
      .int()
      .min(0)
      .max(2 ** 40)
      .describe('Seconds'),
    issued_at: z.string().describe('RFC 3339'),
  }),
) {}

export class JwksDto extends createZodDto(
  z.object({ keys: z.array(z.record(z.string(), z.unknown())).describe('RFC 7517') }),
) {}
