import type { ProjectTrustPolicy, RequiredSigner, TrustSystem } from './project-trust-policy';

/** As clients call it. */
export interface ImageName {
  /** With the host: `registry.example.com/library/app`. */
  repository: string;
  digest: string;
  tag?: string;
}

interface Wanted {
  policy: Pick<ProjectTrustPolicy, 'cosign'>;
  signer?: RequiredSigner | undefined;
  image?: ImageName | undefined;
}

/** What the signer types next, with places to fill in where the image is not known. */
export function nextCommand(system: TrustSystem, { policy, signer, image }: Wanted): string {
  const { repository = '<repository>', digest = '<digest>', tag = '<tag>' } = image ?? {};
  const exactly = `${repository}@${digest}`;
  if (system === 'notary') return `docker trust sign ${repository}:${tag}`;
  if (system === 'notation') return `notation sign ${exactly}`;
  const key = cosignKey(policy.cosign, signer);
  return key === undefined ? `cosign sign ${exactly}` : `cosign sign --key ${key}.key ${exactly}`;
}

/** The signer's, else the first of the project; none where an identity signs. Cosign makes pairs `name.key`, `name.pub`. */
function cosignKey(
  { keys, identities }: ProjectTrustPolicy['cosign'],
  signer: RequiredSigner | undefined,
): string | undefined {
  const names = keys.map(({ name }) => name);
  if (signer !== undefined) return signer.trustedBy.find((name) => names.includes(name));
  return names[0] ?? (identities.length > 0 ? undefined : 'cosign');
}
