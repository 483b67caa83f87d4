import type { TagCondition } from '@breakwater/artifacts';
import type { FastifyRequest } from 'fastify';

/** RFC 9110 section 13.1.2 with our ETags, which are digests; bare digests are understood as well, as distribution does. */
export function isNotModified(request: FastifyRequest, digest: string): boolean {
  return matchesEntityTag(request.headers['if-none-match'], digest);
}

/** Does the value of an `If-None-Match` header name the digest? */
export function matchesEntityTag(header: string | undefined, digest: string): boolean {
  const wanted = entityTags(header);
  return wanted !== undefined && (wanted.includes('*') || wanted.includes(digest));
}

/** Preconditions of a push ("Clients MAY use a conditional HTTP push"). */
export function preconditions(request: FastifyRequest): TagCondition {
  return {
    ifMatch: entityTags(request.headers['if-match']),
    ifNoneMatch: entityTags(request.headers['if-none-match']),
  };
}

function entityTags(header: string | string[] | undefined): string[] | undefined {
  if (header === undefined) return undefined;
  const tags = [header].flat().flatMap((value) => value.split(','));
  return tags.map((tag) => tag.trim().replace(/^(W\/)?"?|"$/g, '')).filter(Boolean);
}
