import { AppError } from '@breakwater/kernel';
import { validateHeaderValue } from 'node:http';

const apiKeyHeader = 'X-ScannerAdapter-API-Key';

/** How adapters may want to know who asks. `APIKey` is another name of the last that clients use. */
export const authTypes = ['', 'Basic', 'Bearer', apiKeyHeader, 'APIKey'] as const;
export type AuthType = (typeof authTypes)[number];

/** The header that carries `credential`: for Basic `user:password`, else the token or key itself. */
export function authHeaders(auth: AuthType, credential: string): Record<string, string> {
  switch (auth) {
    case '':
      return {};
    case 'Basic':
      return { authorization: `Basic ${Buffer.from(credential).toString('base64')}` };
    case 'Bearer':
      return { authorization: `Bearer ${credential}` };
    default:
      return { [apiKeyHeader.toLowerCase()]: credential };
  }
}

/** Throws BAD_REQUEST. */
export function readAuthType(text: string): AuthType {
  const auth = authTypes.find((name) => name === text);
  if (auth === undefined) throw invalid(`auth type ${JSON.stringify(text.slice(0, 64))} is not supported`);
  return auth;
}

/** Throws BAD_REQUEST. */
export function assertCredential(auth: AuthType, credential: string): void {
  if (auth === '') return;
  if (credential === '') throw invalid(`access_credential is required for auth type ${auth}`);
  if (credential.length > 4_096) throw invalid('access_credential has at most 4096 characters');
  if (auth === 'Basic' && !credential.includes(':'))
    throw invalid('access_credential is user:password for auth type Basic');
  try {
    for (const [name, value] of Object.entries(authHeaders(auth, credential))) validateHeaderValue(name, value);
  } catch {
    throw invalid('access_credential holds characters that no header can');
  }
}

function invalid(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'scanner.invalid' });
}
