import { compileGlob } from '@breakwater/kernel';

/** Who may sign without a key: an account at an OpenID provider, as Fulcio wrote it into the certificate. */
export interface CosignIdentity {
  /** As the project's people call it. */
  name: string;
  /** The provider, exactly: `https://token.actions.githubusercontent.com`. */
  issuer: string;
  /** The alternative name of the certificate: an address, or the URI of a workflow. */
  subject: string;
  /** `glob`: `*` stands for a part between slashes, `**` for any number of them, as in repository patterns. */
  match: 'exact' | 'glob';
}

/** What a certificate states, once its chain is verified. */
export interface CertifiedIdentity {
  issuer?: string;
  subject?: string;
}

/** The whole of both texts is compared: part of an address is another address. */
export function matchingIdentities(
  identities: CosignIdentity[],
  { issuer, subject }: CertifiedIdentity,
): CosignIdentity[] {
  if (!issuer || !subject) return [];
  return identities.filter(
    (identity) =>
      identity.issuer === issuer &&
      identity.subject !== '' &&
      (identity.match === 'exact' ? identity.subject === subject : compileGlob(identity.subject)(subject)),
  );
}
