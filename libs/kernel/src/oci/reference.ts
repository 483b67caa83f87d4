import { AppError } from '../errors';
import { excerpt } from '../excerpt';
import { parseDigest } from './digest';

/** What stands after `/manifests/`. */
export type Reference = { kind: 'tag'; tag: string } | { kind: 'digest'; digest: string };

/** distribution-spec "Pulling manifests": `<reference>` as a tag. */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** image-spec "Digests": any digest, of an algorithm we know or not. */
const ANY_DIGEST = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** A tag holds no colon and a digest always does. Throws DIGEST_INVALID or TAG_INVALID. */
export function parseReference(text: string): Reference {
  if (text.includes(':')) {
    parseDigest(text);
    return { kind: 'digest', digest: text };
  }
  if (!isTag(text)) throw new AppError('TAG_INVALID', `invalid tag ${excerpt(text)}`);
  return { kind: 'tag', tag: text };
}

/**
 * The tag under which clients without the referrers API keep the index of referrers of `digest`
 * (distribution-spec "Referrers Tag Schema"). Throws DIGEST_INVALID.
 */
export function fallbackTag(digest: string): string {
  const [, algorithm, encoded] = ANY_DIGEST.exec(digest) ?? [];
  if (algorithm === undefined || encoded === undefined) {
    throw new AppError('DIGEST_INVALID', `invalid digest ${excerpt(digest)}`);
  }
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`.replace(/[^a-zA-Z0-9._-]/g, '-');
}
