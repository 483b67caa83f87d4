import type { Manifest } from '@breakwater/kernel';
import { isEvidenceOnly } from './evidence-only';

/**
 * Where clients look for what is about an artifact: Cosign's tags, and the tag of distribution-spec "Referrers Tag
 * Schema", which keeps 64 digits of any digest.
 */
const evidenceTag = /^sha(?:256|512)-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/;

export const isEvidenceTag = (tag: string): boolean => evidenceTag.test(tag);

/** A list of referrers that a client keeps itself. What it lists is judged by itself. */
export function isReferrersList({ kind, manifests }: Manifest, tag: string | undefined): boolean {
  const listsReferrers = manifests.every(({ artifactType }) => artifactType !== undefined);
  return kind === 'index' && listsReferrers && tag !== undefined && isEvidenceTag(tag) && !tag.includes('.');
}

/** Clients keep fewer referrers in a list of their own. */
const mostListed = 1_000;

/**
 * Whether the tag may be given to what nobody signed: signatures are not signed themselves. The name of the tag and what
 * the manifest calls itself are whatever its author likes, so nothing in it, nor in what it lists, may be something to run.
 * `listed`: the manifests of an index.
 */
export function needsNoSignature(tag: string, manifest: Manifest, listed: readonly (Manifest | undefined)[]): boolean {
  if (!isEvidenceTag(tag)) return false;
  if (manifest.kind === 'image') return isEvidenceOnly(manifest);
  if (manifest.manifests.length > mostListed || listed.length !== manifest.manifests.length) return false;
  return listed.every((one) => one !== undefined && isEvidenceOnly(one));
}
