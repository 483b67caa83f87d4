/** Reads a blob of the storage, at most 4 MiB. Throws BLOB_UNKNOWN, REQUEST_ENTITY_TOO_LARGE, UNAVAILABLE. */
export type SignatureBytes = (storageKey: string) => Promise<Buffer>;

export const SIGNATURE_BYTES = Symbol('SIGNATURE_BYTES');
