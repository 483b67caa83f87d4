import { orFault, parseJson, SignatureFault } from '@breakwater/kernel';
import { z } from 'zod';
import { attributeNames, type Envelope, readAttributes, readChain } from './envelope';

/** RFC 7515 7.2.2, flattened. */
const flattened = z.object({
  payload: z.string(),
  protected: z.string(),
  header: z.record(z.string(), z.unknown()),
  signature: z.string(),
});
const headers = z.record(z.string(), z.unknown());

/** Its own labels need no mention in crit, and one that mentions them is refused (RFC 7515 4.1.11). */
const ownLabels: ReadonlySet<unknown> = new Set();

/** signature-envelope-jws.md. Throws SignatureFault. */
export function readJws(bytes: Buffer): Envelope {
  const jws = orFault(() => flattened.parse(parseJson(bytes, { maxDepth: 8 })), 'the JWS envelope is malformed');
  const fields = orFault(
    () => headers.parse(parseJson(base64(jws.protected, 'base64url'), { maxDepth: 8 })),
    'the protected header of the JWS is malformed',
  );
  const has = (name: string) => Object.hasOwn(fields, name);
  const attributes = readAttributes(
    {
      contentType: fields.cty,
      critical: fields.crit,
      has,
      text: (name) => fields[name],
      time: (name) => rfc3339(fields[name], name),
    },
    ownLabels,
  );
  if (has('b64')) throw new SignatureFault('the payload is not encoded as it should be (b64)');
  const timestamp = jws.header[attributeNames.timestamp];
  return {
    format: 'jws',
    algorithm: typeof fields.alg === 'string' ? fields.alg : '',
    payload: base64(jws.payload, 'base64url'),
    attributes,
    chain: readChain(jws.header.x5c, (value) => base64(value, 'base64')),
    ...(timestamp !== undefined && { timestamp: base64(timestamp, 'base64') }),
    signature: base64(jws.signature, 'base64url'),
    signed: Buffer.from(`${jws.protected}.${jws.payload}`),
  };
}

/** Only the one spelling that an encoder writes: bits that a decoder would drop must not be free to change. */
function base64(text: unknown, encoding: 'base64' | 'base64url'): Buffer {
  if (typeof text !== 'string') throw new SignatureFault(`a ${encoding} value of the JWS is missing`);
  const bytes = Buffer.from(text, encoding);
  if (bytes.toString(encoding) !== text) throw new SignatureFault(`a value of the JWS is not ${encoding}`);
  return bytes;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function rfc3339(value: unknown, name: string): Date {
  const time = typeof value === 'string' && RFC3339.test(value) ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) throw new SignatureFault(`${name} is not a time of RFC 3339`);
  return time;
}
