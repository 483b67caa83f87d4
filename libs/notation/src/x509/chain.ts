import { SignatureFault } from '@breakwater/kernel';
import {
  basicConstraintsOf,
  type Certificate,
  extendedKeyUsageOf,
  isIssuedBy,
  isSelfIssued,
  type KeyUsage,
  keyUsageOf,
} from './certificate';
import { signatureAlgorithmOf } from './key-algorithm';
import { isAcceptedAlgorithm } from './signed';

export type Purpose = 'codeSigning' | 'timestamping';

const TIMESTAMPING = '1.3.6.1.5.5.7.3.8';
/** signature-specification.md "Leaf Certificates"; OCSP signing is refused by the reference implementation as well. */
const refusedForCodeSigning = new Map([
  ['2.5.29.37.0', 'anyExtendedKeyUsage'],
  ['1.3.6.1.5.5.7.3.1', 'serverAuth'],
  ['1.3.6.1.5.5.7.3.2', 'clientAuth'],
  ['1.3.6.1.5.5.7.3.4', 'emailProtection'],
  [TIMESTAMPING, 'timeStamping'],
  ['1.3.6.1.5.5.7.3.9', 'OCSPSigning'],
]);
const refusedUsages: KeyUsage[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/**
 * signature-specification.md "Certificate Requirements": who signed whom up to a root that signed itself, and what each
 * may be used for. Whether anybody trusts the chain, and whether it is valid now, is asked elsewhere. Throws SignatureFault.
 */
export function checkChain(chain: Certificate[], purpose: Purpose): void {
  const [leaf, ...authorities] = chain;
  if (leaf === undefined) throw new SignatureFault('there is no certificate');
  for (const certificate of chain) checkSignatureAlgorithm(certificate);
  checkIssuers(chain);
  checkLeaf(leaf, purpose);
  authorities.forEach((authority, below) => checkAuthority(authority, below, purpose));
}

/** No SHA-1 and nothing older, "Other requirements" 3. */
function checkSignatureAlgorithm({ signatureAlgorithm, subjectName }: Certificate): void {
  if (isAcceptedAlgorithm(signatureAlgorithm)) return;
  throw new SignatureFault(`the certificate "${subjectName}" is signed with an algorithm that is not accepted`);
}

function checkIssuers(chain: Certificate[]): void {
  chain.forEach((certificate, position) => {
    const issuer = chain[position + 1];
    const name = certificate.subjectName;
    if (issuer === undefined) {
      if (isSelfIssued(certificate)) return;
      throw new SignatureFault(`the chain does not end with a root: "${name}" did not sign itself`);
    }
    if (isSelfIssued(certificate)) throw new SignatureFault(`"${name}" signed itself and is not the end of the chain`);
    if (!isIssuedBy(certificate, issuer)) {
      throw new SignatureFault(`"${name}" was not issued by "${issuer.subjectName}", which is next in the chain`);
    }
  });
}

function checkLeaf(leaf: Certificate, purpose: Purpose): void {
  if (basicConstraintsOf(leaf)?.isCa) throw new SignatureFault('the signing certificate is that of an authority (CA)');
  const usage = keyUsageFor(leaf, purpose);
  if (!usage.has('digitalSignature')) throw new SignatureFault('the signing certificate is not for digital signatures');
  const refused = refusedUsages.find((name) => usage.has(name));
  if (refused !== undefined) throw new SignatureFault(`the signing certificate may also be used for ${refused}`);
  if (purpose === 'codeSigning') checkCodeSigningPurposes(leaf);
  else checkTimestampingPurpose(leaf);
  signatureAlgorithmOf(leaf.x509.publicKey);
}

function checkCodeSigningPurposes(leaf: Certificate): void {
  const refused = extendedKeyUsageOf(leaf)?.purposes.find((purpose) => refusedForCodeSigning.has(purpose));
  if (refused === undefined) return;
  throw new SignatureFault(`the signing certificate is also for ${refusedForCodeSigning.get(refused)}`);
}

/** RFC 3161 2.3: this purpose, critical, and no other. */
function checkTimestampingPurpose(leaf: Certificate): void {
  const extended = extendedKeyUsageOf(leaf);
  if (extended?.critical && extended.purposes.length === 1 && extended.purposes[0] === TIMESTAMPING) return;
  throw new SignatureFault('the certificate of the timestamp authority is not for time stamps alone');
}

/** @param below how many authorities stand between it and the leaf */
function checkAuthority(authority: Certificate, below: number, purpose: Purpose): void {
  const constraints = basicConstraintsOf(authority);
  const name = authority.subjectName;
  if (!constraints?.critical || !constraints.isCa) {
    throw new SignatureFault(`"${name}" is not marked as an authority (basicConstraints, critical, CA)`);
  }
  if (constraints.pathLength !== undefined && constraints.pathLength < below) {
    throw new SignatureFault(`"${name}" allows ${constraints.pathLength} authorities below it, and there are ${below}`);
  }
  if (!keyUsageFor(authority, purpose).has('keyCertSign')) {
    throw new SignatureFault(`"${name}" may not sign certificates`);
  }
}

/** Timestamp authorities in use leave `critical` out; the reference implementation takes them. */
function keyUsageFor(certificate: Certificate, purpose: Purpose): Set<KeyUsage> {
  const usage = keyUsageOf(certificate);
  if (usage === undefined) throw new SignatureFault(`"${certificate.subjectName}" does not say what its key is for`);
  if (!usage.critical && purpose === 'codeSigning') {
    throw new SignatureFault(`"${certificate.subjectName}" has a keyUsage that is not critical`);
  }
  return usage.usages;
}

/** The first certificate that is not valid all through the span, in words. Both ends count as valid. */
export function invalidityDuring(chain: Certificate[], from: Date, to: Date): string | undefined {
  for (const { subjectName, notBefore, notAfter } of chain) {
    if (from < notBefore) return `the certificate "${subjectName}" is valid only from ${notBefore.toISOString()}`;
    if (to > notAfter) return `the certificate "${subjectName}" expired at ${notAfter.toISOString()}`;
  }
  return undefined;
}
