import type { NamedStore } from './project-trust-policy';

export const storeKinds = ['ca', 'signingAuthority', 'tsa'] as const satisfies NamedStore['type'][];
export const materialKinds = [...storeKinds, 'cosignKey', 'sigstoreRoot'] as const;

/** Certificates by the type of their store, keys of Cosign, and a `trusted_root.json`. */
export type MaterialKind = (typeof materialKinds)[number];

export interface CertificateDetails {
  subject: string;
  issuer: string;
  /** Lower-case hex. */
  serial: string;
  /** RFC 3339. */
  notBefore: string;
  notAfter: string;
}

/** What a file was found to hold, for lists. */
export interface MaterialDetails {
  certificate?: CertificateDetails;
  /** `ECDSA P-256`, `RSA 3072`, `Ed25519`. */
  algorithm?: string;
}

/** One certificate, one key, or the one trusted root of a project. */
export interface NewMaterial {
  kind: MaterialKind;
  /** Of the store or of the key. */
  name: string;
  /** PEM, or JSON. */
  content: string;
  /** SHA-256 in lower-case hex: of the certificate, of a key's SPKI, of the JSON. */
  thumbprint: string;
  details: MaterialDetails;
}

export interface Material extends NewMaterial {
  id: number;
  creationTime: Date;
}

export const isStoreKind = (kind: MaterialKind): kind is NamedStore['type'] =>
  storeKinds.some((store) => store === kind);

/** As verdicts and required signers name it; undefined for what vouches for nobody by itself. */
export function vouchingName({ kind, name }: Pick<Material, 'kind' | 'name'>): string | undefined {
  if (kind === 'cosignKey') return name;
  return kind === 'ca' || kind === 'signingAuthority' ? `${kind}:${name}` : undefined;
}

const dayMs = 86_400_000;
const soonDays = 30;

/** What somebody should know of it now. An expired certificate still vouches for what was time-stamped before. */
export function warningsOf({ details: { certificate } }: Pick<Material, 'details'>, now: Date): string[] {
  if (certificate === undefined) return [];
  const [from, until] = [Date.parse(certificate.notBefore), Date.parse(certificate.notAfter)];
  if (now.getTime() > until)
    return [
      `expired at ${certificate.notAfter}: it vouches only for signatures with a time stamp of before, in a policy with a tsa store`,
    ];
  if (now.getTime() < from) return [`valid only from ${certificate.notBefore}: until then it vouches for nothing`];
  return until - now.getTime() < soonDays * dayMs ? [`expires at ${certificate.notAfter}`] : [];
}
