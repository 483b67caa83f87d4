import { SignatureFault } from '@breakwater/kernel';
import { type Cbor, cborHead, type CborMap, CborTag, decodeCbor } from '../encoding/cbor';
import { attributeNames, type Envelope, readAttributes, readChain } from './envelope';

const COSE_SIGN1 = 18;
/** RFC 9052 3.1 and RFC 9360. */
const labels = { algorithm: 1, critical: 2, contentType: 3, chain: 33 } as const;
const EPOCH_TIME = 1;

/** RFC 9052 3.1: labels that every implementation understands may be named in crit. */
const ownLabels: ReadonlySet<unknown> = new Set([labels.algorithm, labels.contentType]);

/** signature-envelope-cose.md: COSE_Sign1_Tagged. Throws SignatureFault. */
export function readCose(bytes: Buffer): Envelope {
  const { protectedBytes, unprotected, payload, signature } = takeApart(decodeCbor(bytes));
  const fields = decodeCbor(protectedBytes);
  if (!(fields instanceof Map)) throw new SignatureFault('the protected header of the COSE_Sign1 is malformed');
  refuseRepeats(fields, unprotected);
  const timestamp = unprotected.get(attributeNames.timestamp);
  return {
    format: 'cose',
    algorithm: algorithmOf(fields),
    payload,
    attributes: readCoseAttributes(fields),
    chain: readChain(unprotected.get(labels.chain), bytesOf),
    ...(timestamp !== undefined && { timestamp: bytesOf(timestamp) }),
    signature,
    signed: toBeSigned(protectedBytes, payload),
  };
}

function takeApart(sign1: Cbor) {
  if (!(sign1 instanceof CborTag) || sign1.tag !== COSE_SIGN1 || !Array.isArray(sign1.value)) {
    throw new SignatureFault('the envelope is not a COSE_Sign1');
  }
  const [protectedBytes, unprotected, payload, signature] = sign1.value;
  if (!(unprotected instanceof Map) || sign1.value.length !== 4)
    throw new SignatureFault('the COSE_Sign1 is malformed');
  return {
    protectedBytes: bytesOf(protectedBytes),
    unprotected,
    payload: bytesOf(payload),
    signature: bytesOf(signature),
  };
}

function readCoseAttributes(fields: CborMap) {
  return readAttributes(
    {
      contentType: fields.get(labels.contentType),
      critical: fields.get(labels.critical),
      has: (name) => fields.has(name),
      text: (name) => fields.get(name),
      time: (name) => epochTime(fields.get(name), name),
    },
    ownLabels,
  );
}

/** RFC 9052 3: a label is in one of the two maps. */
function refuseRepeats(fields: CborMap, unprotected: CborMap): void {
  for (const label of unprotected.keys()) {
    if (fields.has(label)) throw new SignatureFault(`the COSE_Sign1 has the header ${label} twice`);
  }
}

function algorithmOf(fields: CborMap): number {
  const algorithm = fields.get(labels.algorithm);
  return typeof algorithm === 'number' ? algorithm : Number.NaN;
}

/** RFC 9052 4.4, Sig_structure, with the protected header's bytes as they came. */
function toBeSigned(protectedBytes: Buffer, payload: Buffer): Buffer {
  const context = Buffer.from('Signature1');
  return Buffer.concat([
    cborHead(4, 4),
    cborHead(3, context.length),
    context,
    cborHead(2, protectedBytes.length),
    protectedBytes,
    cborHead(2, 0),
    cborHead(2, payload.length),
    payload,
  ]);
}

function bytesOf(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw new SignatureFault('a part of the COSE_Sign1 is not a byte string');
  return value;
}

function epochTime(value: Cbor | undefined, name: string): Date {
  const seconds = value instanceof CborTag && value.tag === EPOCH_TIME ? value.value : undefined;
  const time = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new SignatureFault(`${name} is not a time of CBOR tag 1`);
  return time;
}
