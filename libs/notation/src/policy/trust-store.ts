import { AppError, SignatureFault } from '@breakwater/kernel';
import { type Certificate, isSelfIssued, parseCertificate } from '../x509/certificate';
import { basicConstraintsOf } from '../x509/certificate';
import { splitStore, type TrustPolicy, type TrustStoreType } from './trust-policy';

/** A named collection of certificates, as `{ type: 'ca', name: 'acme' }` in a policy's `ca:acme`. */
export interface TrustStore {
  type: TrustStoreType;
  name: string;
  certificates: Certificate[];
}

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;
const MAX_CERTIFICATES = 100;

/**
 * Certificates of an uploaded file: PEM, one or many, or one in DER. Throws BAD_REQUEST for anything else. Roots and
 * self-signed signing certificates are taken; in a `tsa` store only roots are (as the reference implementation has it).
 */
export function parseTrustStoreFile(bytes: Buffer, type: TrustStoreType): Certificate[] {
  const ders = bytes[0] === 0x30 ? [bytes] : pemBlocks(bytes);
  if (ders.length === 0) throw refused('the file holds no certificate in PEM or DER');
  if (ders.length > MAX_CERTIFICATES) throw refused(`the file holds more than ${MAX_CERTIFICATES} certificates`);
  return ders.map((der) => readTrusted(der, type));
}

/** The stores that a policy names and that hold for this kind of signature. One that is missing counts as empty. */
export function storesFor(policy: TrustPolicy, stores: TrustStore[], type: TrustStoreType): TrustStore[] {
  const names = policy.trustStores.map(splitStore).flatMap((store) => (store?.type === type ? [store.name] : []));
  return stores.filter((store) => store.type === type && names.includes(store.name));
}

function pemBlocks(bytes: Buffer): Buffer[] {
  return [...bytes.toString('latin1').matchAll(PEM)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function readTrusted(der: Buffer, type: TrustStoreType): Certificate {
  try {
    const certificate = parseCertificate(der);
    const isCa = basicConstraintsOf(certificate)?.isCa ?? false;
    if (type === 'tsa' && !(isCa && isSelfIssued(certificate))) {
      throw new SignatureFault(`"${certificate.subjectName}" is not a root, and a tsa store holds roots only`);
    }
    if (!isCa && !isSelfIssued(certificate)) {
      throw new SignatureFault(`"${certificate.subjectName}" is neither an authority nor signed by itself`);
    }
    return certificate;
  } catch (cause) {
    throw refused(cause instanceof Error ? cause.message : String(cause));
  }
}

function refused(problem: string): AppError {
  return new AppError('BAD_REQUEST', `invalid trust store: ${problem}`, { reason: 'trust.store_invalid' });
}
