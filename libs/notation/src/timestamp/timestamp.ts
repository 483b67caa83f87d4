import { timingSafeEqual } from 'node:crypto';
import { SignatureFault } from '@breakwater/kernel';
import { fieldsOf, tags } from '../encoding/der';
import { oidOf } from '../encoding/der-values';
import { type Certificate, isIssuedBy, isSelfIssued } from '../x509/certificate';
import { checkChain, invalidityDuring } from '../x509/chain';
import { isSignedBy } from '../x509/signed';
import { digestWith, type Hash, parseTimestampToken, readHash, type SignerInfo, TST_INFO } from './token';

export interface VerifiedTimestamp {
  at: Date;
  /** The span in which the moment must lie, by the authority's accuracy. */
  from: Date;
  to: Date;
  /** The authority's chain, its certificate first. */
  chain: Certificate[];
}

const attributeOids = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};

/**
 * A countersignature by RFC 3161: over exactly these bytes, made by an authority whose chain ends in `roots` and was valid
 * at the moment that it states. Revocation of that chain is asked elsewhere. Throws SignatureFault.
 */
export function verifyTimestamp(token: Buffer, signature: Buffer, roots: Certificate[]): VerifiedTimestamp {
  const { info, content, certificates, signer } = parseTimestampToken(token);
  if (!equal(digestWith(info.imprint.hash, signature), info.imprint.value)) {
    throw new SignatureFault('the timestamp is about another signature');
  }
  const certificate = certificates.find(
    ({ issuerRaw, serial }) => issuerRaw.equals(signer.issuerRaw) && serial === signer.serial,
  );
  if (certificate === undefined) throw new SignatureFault("the timestamp does not hold its signer's certificate");
  checkSignedAttributes(signer, content, certificate);
  const { signatureAlgorithm: algorithm, digest, signedAttributes, signature: own } = signer;
  if (!isSignedBy(certificate.x509.publicKey, { algorithm, digest, content: signedAttributes, signature: own })) {
    throw new SignatureFault('the signature of the timestamp is wrong');
  }
  const chain = buildChain(certificate, certificates, roots);
  checkChain(chain, 'timestamping');
  const problem = invalidityDuring(chain, info.at, info.at);
  if (problem !== undefined) throw new SignatureFault(`the timestamp's ${problem}`);
  const [from, to] = [info.at.getTime() - info.accuracy, info.at.getTime() + info.accuracy];
  return { at: info.at, from: new Date(from), to: new Date(to), chain };
}

/** RFC 5652 11.1, 11.2 and RFC 5035: the attributes are about this content and this certificate. */
function checkSignedAttributes({ attributes, digest }: SignerInfo, content: Buffer, certificate: Certificate): void {
  if (oidOf(attributes.get(attributeOids.contentType), 'the content type attribute') !== TST_INFO) {
    throw new SignatureFault('the timestamp was signed as something else');
  }
  const message = attributes.get(attributeOids.messageDigest);
  if (message?.tag !== tags.octetString || !equal(message.content, digestWith(digest, content))) {
    throw new SignatureFault('the timestamp was changed after it was signed');
  }
  if (!equal(...signedCertificateHash(attributes, certificate))) {
    throw new SignatureFault('the timestamp was signed with another certificate');
  }
}

/** ESSCertIDv2 says its hash unless it is SHA-256, ESSCertID (RFC 2634) is SHA-1. Returns the stated hash and the real. */
function signedCertificateHash(attributes: SignerInfo['attributes'], { raw }: Certificate): [Buffer, Buffer] {
  const v2 = attributes.get(attributeOids.signingCertificateV2);
  const attribute = v2 ?? attributes.get(attributeOids.signingCertificate);
  const [ids] = fieldsOf(attribute, tags.sequence, 'the signing certificate attribute');
  const [id] = fieldsOf(ids, tags.sequence, 'the signing certificate attribute');
  const fields = fieldsOf(id, tags.sequence, 'the signing certificate attribute');
  const stated = fields.find(({ tag }) => tag === tags.octetString)?.content ?? Buffer.alloc(0);
  const algorithm = fields[0]?.tag === tags.sequence ? fields[0] : undefined;
  const hash: Hash | 'sha1' = v2 === undefined ? 'sha1' : algorithm === undefined ? 'sha256' : readHash(algorithm);
  return [stated, digestWith(hash, raw)];
}

const MAX_CHAIN = 16;

/** From the authority's certificate over those that came along to one that is trusted. */
function buildChain(leaf: Certificate, others: Certificate[], roots: Certificate[]): Certificate[] {
  const chain = [leaf];
  for (let last = leaf; !isSelfIssued(last);) {
    const issuer = [...roots, ...others].find((candidate) => isIssuedBy(last, candidate));
    if (issuer === undefined || chain.length === MAX_CHAIN) {
      throw new SignatureFault("the chain of the timestamp's authority is not complete");
    }
    chain.push(issuer);
    last = issuer;
  }
  if (chain.some(({ raw }) => roots.some((root) => root.raw.equals(raw)))) return chain;
  throw new SignatureFault('no trusted timestamp authority stands behind the timestamp');
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
