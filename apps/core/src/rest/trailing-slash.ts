/** Harbor's document has `/metadatas/` where Nest registers `/metadatas`: both lead to the same route. */
export function withoutTrailingSlash(url: string): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) + url.slice(path.length) : url;
}
