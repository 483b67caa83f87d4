import { AppError } from '@breakwater/kernel';
import { randomInt } from 'node:crypto';

/** Passwords and robot secrets (management-platform.md sections 1.6 and 1.7). */
export function isStrongSecret(text: string): boolean {
  return text.length >= 8 && text.length <= 128 && /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
}

/** Throws BAD_REQUEST. */
export function requireStrongSecret(text: string): void {
  if (isStrongSecret(text)) return;
  throw new AppError(
    'BAD_REQUEST',
    'the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number',
    { reason: 'secret.weak' },
  );
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const generatedLength = 32;

/** 190 bits of chance, in a form that passes the rules above. */
export function generateSecret(): string {
  for (;;) {
    const secret = Array.from({ length: generatedLength }, () => alphabet[randomInt(alphabet.length)]).join('');
    if (isStrongSecret(secret)) return secret;
  }
}
