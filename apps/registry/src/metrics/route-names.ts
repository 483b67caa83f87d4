/** distribution's names of its routes, and ours for those it has not. */
const names: [pattern: RegExp, name: string][] = [
  [/^\/v2\/?$/, 'base'],
  [/^\/v2\/_catalog/, 'catalog'],
  [/\/tags\/list$/, 'tags'],
  [/\/manifests\/:reference$/, 'manifest'],
  [/\/blobs\/uploads\/?$/, 'blob_upload'],
  [/\/blobs\/uploads\/:id$/, 'blob_upload_chunk'],
  [/\/blobs\/:digest$/, 'blob'],
  [/\/referrers\/:digest$/, 'referrers'],
  [/^\/internal\//, 'internal'],
  [/^\/(healthz|readyz)$/, 'health'],
];

/** `manifest` for `/v2/:name/manifests/:reference`; undefined for a route without a name. */
export function routeName(pattern: string): string | undefined {
  return names.find(([regex]) => regex.test(pattern))?.[1];
}
