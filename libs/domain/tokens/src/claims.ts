import type { TrustPass } from '@breakwater/access';
import { z } from 'zod';

/** A resource and what the bearer may do on it. */
export interface TokenAccess {
  type: string;
  name: string;
  actions: string[];
}

/** Who a token was issued to, without the rights that it carries itself. */
export interface TokenPrincipal {
  kind: 'anonymous' | 'user' | 'robot' | 'internal';
  id: number;
  epoch: number;
}

export interface VerifiedToken {
  subject: string;
  principal: TokenPrincipal;
  access: TokenAccess[];
  /** How far past trust policies the bearer pulls, by repository. */
  passes: Readonly<Record<string, TrustPass>>;
  /** Seconds since the epoch. */
  expiresAt: number;
}

const access = z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }));

/** The claims of ours beside the registered ones. Short: every request carries them. */
export const claimsSchema = z.object({
  sub: z.string(),
  exp: z.number(),
  access,
  breakwater: z.object({
    kind: z.enum(['anonymous', 'user', 'robot', 'internal']),
    id: z.number(),
    epoch: z.number(),
    /** Id of the access token that it was issued for. */
    token: z.number().optional(),
    /** Id and epoch of every project that `access` reaches into. */
    projects: z.array(z.tuple([z.number(), z.number()])),
    passes: z.record(z.string(), z.enum(['all', 'quarantine'])).optional(),
  }),
});
export type Claims = z.output<typeof claimsSchema>;
