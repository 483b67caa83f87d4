import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/**
 * The headers by which a receiver knows repeats and, with a secret, the sender (Standard Webhooks 1.0): the signature is
 * over `<id>.<timestamp>.<body>`.
 */
export function signatureHeaders(
  { id, body, secret }: { id: string; body: string; secret: string },
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const identity = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === '') return identity;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...identity, 'webhook-signature': `v1,${signature}` };
}

/** `whsec_` and base64, as libraries for receivers expect it, or any text. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');
}
