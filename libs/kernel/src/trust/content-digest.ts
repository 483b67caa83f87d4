import { digestOf } from '../oci/digest';
import { SignatureFault } from './signature-fault';

/** Throws SignatureFault: `the envelope is not what its digest says`. */
export function mustHaveDigest(bytes: Uint8Array, digest: string, what: string): void {
  const actual = digestOf(bytes, digest.startsWith('sha512:') ? 'sha512' : 'sha256');
  if (actual !== digest) throw new SignatureFault(`${what} is not what its digest says`);
}
