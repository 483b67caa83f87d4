import { z } from 'zod';

/** For a server without a proxy in front of it. */
export const tlsFragment = {
  TLS_CERT_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file of a certificate with its chain: speak TLS, and nothing else, on `PORT`; read again on change'),
  TLS_KEY_FILE: z.string().min(1).optional().describe('PEM file of the key to `TLS_CERT_FILE`, without a passphrase'),
};

export function withTlsRules<T extends z.ZodObject<typeof tlsFragment>>(schema: T): T {
  return schema.refine(
    ({ TLS_CERT_FILE, TLS_KEY_FILE }) => (TLS_CERT_FILE === undefined) === (TLS_KEY_FILE === undefined),
    {
      path: ['TLS_KEY_FILE'],
      message: 'TLS_CERT_FILE and TLS_KEY_FILE go together: give both or neither',
      when: () => true,
    },
  );
}
