import { SignatureFault } from '@breakwater/kernel';
import { checkChain } from '../x509/chain';
import { isSignedWith, signatureAlgorithmOf } from '../x509/key-algorithm';
import { readCose } from './cose';
import { type Envelope } from './envelope';
import { readJws } from './jws';

/** Media types of the layer that holds the envelope. */
const readers = new Map([
  ['application/jose+json', readJws],
  ['application/cose', readCose],
]);

export const isEnvelopeType = (mediaType: string): boolean => readers.has(mediaType);

/**
 * "Validate Integrity" of trust-store-trust-policy.md: the envelope can be read, its chain meets the requirements, and
 * the first certificate's key made the signature with the algorithm that such a key must use. Throws SignatureFault.
 */
export function openEnvelope(mediaType: string, bytes: Buffer): Envelope {
  const read = readers.get(mediaType);
  if (read === undefined) throw new SignatureFault(`an envelope of the type ${mediaType} is not supported`);
  const envelope = read(bytes);
  checkChain(envelope.chain, 'codeSigning');
  const [leaf] = envelope.chain;
  if (leaf === undefined) throw new SignatureFault('the certificate chain is missing');
  const algorithm = signatureAlgorithmOf(leaf.x509.publicKey);
  if (envelope.algorithm !== algorithm[envelope.format]) {
    throw new SignatureFault(`the envelope names another algorithm than the ${algorithm.jws} that its key calls for`);
  }
  if (!isSignedWith(leaf.x509.publicKey, envelope.signed, envelope.signature)) {
    throw new SignatureFault('the signature does not match what is signed');
  }
  return envelope;
}
