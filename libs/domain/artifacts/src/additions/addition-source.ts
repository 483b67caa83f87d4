import type { Descriptor, Manifest } from '@breakwater/kernel';
import type { Readable } from 'node:stream';

/** The longest text that is shown. */
export const maxTextBytes = 4 * 1024 * 1024;

/** An artifact's manifest, and its blobs to be opened. */
export interface AdditionSource {
  manifest: Manifest;
  /** Throws UNPROCESSABLE_ENTITY when the blob has more than `maxBytes`. */
  open: (blob: Descriptor, maxBytes: number) => Promise<Readable>;
}

export const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
