import { assemble, canonicalJson, keyIdOf, publicKeyOf, type PublicKey } from '@breakwater/tuf';
import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { makeEcCertificate } from './ec-certificate';

/** A key of a person who publishes. */
export interface TrustKey {
  id: string;
  key: PublicKey;
  privateKey: KeyObject;
}

export interface DelegationOfTest {
  name: string;
  keys: readonly TrustKey[];
  paths?: string[];
  threshold?: number;
}

const year = 365 * 24 * 3_600_000;
const later = (): string => new Date(Date.now() + year).toISOString();

/** A bare ECDSA key, as for targets and signers. */
export function makeTrustKey(): TrustKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKeyOf('ecdsa', publicKey.export({ type: 'spki', format: 'der' }));
  return { id: keyIdOf(key), key, privateKey };
}

/** A key with a certificate for that GUN, as for roots. */
export function makeRootKey(
  gun: string,
  { wrap = (pem) => pem, ...options }: { from?: Date; to?: Date; ca?: boolean; wrap?: (pem: string) => string } = {},
): TrustKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = makeEcCertificate({ commonName: gun, publicKey, privateKey, ...options });
  const key = publicKeyOf('ecdsa-x509', Buffer.from(wrap(pem)));
  return { id: keyIdOf(key), key, privateKey };
}

/** A role file, signed by these. */
export function signedBy(keys: readonly TrustKey[], signed: Record<string, unknown>): Buffer {
  const message = canonicalJson(signed);
  const signatures = keys.map(({ id, privateKey }) => ({
    keyid: id,
    method: 'ecdsa',
    sig: sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64'),
  }));
  return assemble(signed as never, signatures);
}

/** What one target says: a tag, and the digest of a manifest. */
export function targetOf(content: string): { hashes: { sha256: string }; length: number } {
  return { hashes: { sha256: hash('sha256', content, 'base64') }, length: content.length };
}

const listed = (keys: readonly TrustKey[]) => Object.fromEntries(keys.map(({ id, key }) => [id, key]));
const role = (keys: readonly TrustKey[], threshold = 1) => ({ keyids: keys.map(({ id }) => id), threshold });

/** Who publishes for one GUN, as docker and notary do: holds root and targets keys, and the snapshot's if there is one. */
export class TrustOwner {
  rootKeys: TrustKey[];
  targetsKeys = [makeTrustKey()];

  constructor(readonly gun: string) {
    this.rootKeys = [makeRootKey(gun)];
  }

  /** `snapshot` and `timestamp`: public keys that the server told, or keys of this owner. */
  root(
    { snapshot, timestamp }: { snapshot: PublicKey; timestamp: PublicKey },
    options: {
      version?: number;
      signers?: readonly TrustKey[];
      expires?: string;
      change?: (signed: Record<string, unknown>) => void;
    } = {},
  ): Buffer {
    const { version = 1, signers = this.rootKeys, expires = later(), change } = options;
    const servers = [snapshot, timestamp].map((key) => ({ id: keyIdOf(key), key }) as TrustKey);
    const signed = {
      _type: 'Root',
      consistent_snapshot: false,
      expires,
      keys: listed([...this.rootKeys, ...this.targetsKeys, ...servers]),
      roles: {
        root: role(this.rootKeys),
        targets: role(this.targetsKeys),
        snapshot: role(servers.slice(0, 1)),
        timestamp: role(servers.slice(1)),
      },
      version,
    };
    change?.(signed);
    return signedBy(signers, signed);
  }

  targets(
    targets: Record<string, ReturnType<typeof targetOf>>,
    options: {
      version?: number;
      delegations?: readonly DelegationOfTest[];
      signers?: readonly TrustKey[];
      expires?: string;
    } = {},
  ): Buffer {
    const { version = 2, delegations = [], signers = this.targetsKeys, expires = later() } = options;
    const roles = delegations.map(({ name, keys, paths = [''], threshold }) => ({
      ...role(keys, threshold),
      name,
      paths,
    }));
    const keys = listed(delegations.flatMap((one) => one.keys));
    return signedBy(signers, { _type: 'Targets', delegations: { keys, roles }, expires, targets, version });
  }
}
