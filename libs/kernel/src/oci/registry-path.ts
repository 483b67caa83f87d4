/**
 * distribution-spec "Endpoints", the part after `<name>`. Matched from the right end of the path, because a name may
 * itself hold `blobs`, `manifests` or `tags/list`. A start of an upload is served with and without the last slash.
 */
const FIXED_TAILS: ReadonlyArray<readonly [tail: string, canonical: string]> = [
  ['/tags/list', '/tags/list'],
  ['/blobs/uploads', '/blobs/uploads/'],
  ['/blobs/uploads/', '/blobs/uploads/'],
  ['/_oci/ext/discover', '/_oci/ext/discover'],
];
const COLLECTIONS = ['/blobs/uploads', '/blobs', '/manifests', '/referrers'];

/**
 * Rewrites the raw URL of a distribution request so that a router can hold the repository name in one parameter:
 * `/v2/a/b/blobs/sha256:…?x=1` becomes `/v2/a%2Fb/blobs/sha256:…?x=1`. The name is escaped as the client wrote it:
 * `%2F`, `..` or `//` come back unchanged when the router decodes, and the name's parser refuses them.
 */
export function escapeRepositoryName(url: string): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = question < 0 ? '' : url.slice(question);
  if (path === '/v2') return `/v2/${query}`;
  if (!path.startsWith('/v2/')) return url;
  return `/v2${escapePath(path.slice('/v2'.length))}${query}`;
}

/** `path` begins with the slash before the name. */
function escapePath(path: string): string {
  for (const [tail, canonical] of FIXED_TAILS) {
    if (path.endsWith(tail) && path.length > tail.length + 1) return escapeName(path, tail.length) + canonical;
  }
  const lastSlash = path.lastIndexOf('/');
  const before = path.slice(0, lastSlash);
  for (const collection of COLLECTIONS) {
    if (before.endsWith(collection) && before.length > collection.length + 1) {
      return escapeName(before, collection.length) + collection + path.slice(lastSlash);
    }
  }
  // Not one of the specification's paths: with its escapes kept from the router, it can match none of its routes
  // by way of `%2F` or `%62lobs`.
  return path.replaceAll('%', '%25');
}

function escapeName(path: string, tailLength: number): string {
  const name = path.slice(1, path.length - tailLength);
  // encodeURIComponent throws on half a surrogate pair, which HTTP cannot carry.
  return `/${encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'))}`;
}
