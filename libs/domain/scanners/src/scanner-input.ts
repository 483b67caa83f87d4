import { AppError } from '@breakwater/kernel';
import { assertCredential, readAuthType, type AuthType } from './adapter-auth';

/** What people say of a scanner. */
export interface ScannerInput {
  name: string;
  description: string;
  url: string;
  auth: string;
  /** Empty: none, and in a change as it was. */
  accessCredential: string;
  skipCertVerify: boolean;
  useInternalAddr: boolean;
  disabled: boolean;
}

export interface CheckedScanner extends ScannerInput {
  auth: AuthType;
}

const limits = { name: 128, description: 1_024, url: 512 } as const;

/** Throws BAD_REQUEST. The credential is checked apart: a change may leave it out. */
export function readScanner(input: ScannerInput): CheckedScanner {
  if (input.name === '') throw invalid('missing registration name');
  const scanner = { ...input, url: readUrl(input.url), auth: readAuthType(input.auth) };
  for (const field of ['name', 'description', 'url'] as const) {
    if (scanner[field].length > limits[field]) throw invalid(`${field} has at most ${limits[field]} characters`);
    // Postgres has no NUL in text.
    if (scanner[field].includes('\0')) throw invalid(`${field} cannot contain NUL`);
  }
  return scanner;
}

/** The same, with the credential that it must have. Throws BAD_REQUEST. */
export function readNewScanner(input: ScannerInput): CheckedScanner {
  const scanner = readScanner(input);
  assertCredential(scanner.auth, scanner.accessCredential);
  return scanner.auth === '' ? { ...scanner, accessCredential: '' } : scanner;
}

/**
 * As Harbor reads it: http unless it says otherwise, without a slash at its end, query and fragment. A name and password
 * would be shown to everybody who sees the scanner.
 */
function readUrl(text: string): string {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw invalid(`invalid url ${JSON.stringify(text.slice(0, 128))}: it takes http:// or https://`);
  if (url.username !== '' || url.password !== '')
    throw invalid('a url takes no name and password: use auth and access_credential');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function invalid(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'scanner.invalid' });
}
