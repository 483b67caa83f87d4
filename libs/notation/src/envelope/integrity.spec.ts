import fc from 'fast-check';
import { digestOf, SignatureFault } from '@breakwater/kernel';
import { makeCertificate, makeRoot, signWithNotation } from '@breakwater/testing/signing';
import { openEnvelope } from './integrity';

const content = Buffer.from('{"schemaVersion":2}');
const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(content),
  size: content.length,
};
const root = makeRoot('C=US, ST=WA, O=acme, CN=root');
const chain = [makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=a', issuer: root }), root];

function faultOf(mediaType: string, bytes: Buffer): unknown {
  try {
    return openEnvelope(mediaType, bytes);
  } catch (error) {
    return error;
  }
}

describe.each(['jws', 'cose'] as const)('an envelope in %s', (format) => {
  const { mediaType, envelope } = signWithNotation({ subject, chain, format });

  it('opens', () => {
    expect(openEnvelope(mediaType, envelope)).toMatchObject({ format, attributes: { scheme: 'notary.x509' } });
  });

  it('does not open once any byte of it is another', () => {
    for (let position = 0; position < envelope.length; position++) {
      const changed = Buffer.from(envelope);
      changed[position]! ^= 1 << (position % 8);
      const result = faultOf(mediaType, changed);
      if (!(result instanceof SignatureFault)) throw new Error(`byte ${position} may be changed: ${String(result)}`);
    }
  });

  it('does not open when bytes are replaced, added or taken away, and throws nothing but faults', () => {
    const edit = fc.record({
      at: fc.nat({ max: envelope.length - 1 }),
      remove: fc.nat({ max: 40 }),
      insert: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(edit, ({ at, remove, insert }) => {
        const changed = Buffer.concat([envelope.subarray(0, at), insert, envelope.subarray(at + remove)]);
        fc.pre(!changed.equals(envelope) && !isSameJson(changed));
        expect(faultOf(mediaType, changed)).toBeInstanceOf(SignatureFault);
      }),
      { numRuns: 400 },
    );
  });

  it('is not made of junk', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(faultOf(mediaType, Buffer.from(bytes))).toBeInstanceOf(SignatureFault);
      }),
    );
  });

  /** White space between the members of a JWS is nobody's concern; its blob would have another digest. */
  function isSameJson(changed: Buffer): boolean {
    try {
      return JSON.stringify(JSON.parse(changed.toString())) === envelope.toString();
    } catch {
      return false;
    }
  }
});

it('an envelope of another type is refused', () => {
  expect(faultOf('application/octet-stream', Buffer.alloc(0))).toMatchObject({
    message: expect.stringContaining('not supported'),
  });
});
