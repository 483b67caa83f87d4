import { explaining, unavailable, type Explanation } from '../explanation';

const full = { reason: 'storage.full', message: 'Storage is full: free space or enlarge the volume, then try again' };
const denied = {
  reason: 'storage.denied',
  message: 'Storage refuses access: the account of the registry must own the storage folder',
};
const failing = {
  reason: 'storage.failing',
  message: 'Storage reports an error: look at the disk or the network share, then try again',
};
const busy = {
  reason: 'storage.busy',
  message: 'Too many files are open: try again later, or raise the open-file limit of the registry',
};

/** What an operator can do about a system error. Codes that are missing here are bugs and stay as they are. */
const explanations: Record<string, Explanation> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: denied,
  EPERM: denied,
  EROFS: { reason: 'storage.readonly', message: 'Storage is mounted read-only: mount it writable, then try again' },
  EIO: failing,
  ENODEV: failing,
  ENXIO: failing,
  ESTALE: failing,
  ETIMEDOUT: failing,
  EMFILE: busy,
  ENFILE: busy,
  EXDEV: {
    reason: 'storage.split',
    message: 'Uploads and blobs lie on two filesystems: docker/registry/v2 must be on one',
  },
};

/** The `code` of a system error; undefined for everything else. */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** There is nothing under that name (a file in a folder's place counts as nothing). */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** There is something under that name already. */
export function isThere(error: unknown): boolean {
  return errorCode(error) === 'EEXIST';
}

/** Turns a system error into UNAVAILABLE with a message that says what to do; paths stay in `cause`. */
export function storageError(error: unknown): unknown {
  const explanation = explanations[errorCode(error) ?? ''];
  return explanation ? unavailable(explanation, error) : error;
}

/** Runs file operations and rejects with `storageError` of what they reject with. */
export const explained = explaining(storageError);
