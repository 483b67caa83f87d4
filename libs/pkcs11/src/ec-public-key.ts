/** OBJECT IDENTIFIER of P-256, DER. */
export const p256 = Buffer.from('06082a8648ce3d030107', 'hex');
/** SubjectPublicKeyInfo of a P-256 key up to its point (RFC 5480). */
const spkiPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const octetString = Buffer.from('0441', 'hex');
const pointBytes = 65;

/**
 * DER SPKI of CKA_EC_POINT: an uncompressed point within an OCTET STRING, as PKCS #11 wants it, or without, as some tokens
 * give it. Undefined for anything else.
 */
export function spkiOfPoint(value: Buffer): Buffer | undefined {
  const wrapped = value.length === pointBytes + octetString.length && value.subarray(0, 2).equals(octetString);
  const point = wrapped ? value.subarray(2) : value;
  return point.length === pointBytes && point[0] === 4 ? Buffer.concat([spkiPrefix, point]) : undefined;
}
