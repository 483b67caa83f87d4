/**
 * The Link header of a list in the management API (management-platform.md section 1.3): the request's URL with
 * other pages in it, previous before next. Undefined when there is neither.
 */
export function restLinkHeader(url: string, page: number, pageSize: number, total: number): string | undefined {
  const links: string[] = [];
  if (page > 1 && (page - 1) * pageSize < total) links.push(`<${pageUrl(url, page - 1, pageSize)}>; rel="prev"`);
  if (page * pageSize < total) links.push(`<${pageUrl(url, page + 1, pageSize)}>; rel="next"`);
  // Harbor's clients split at the comma and trim.
  return links.length === 0 ? undefined : links.join(' , ');
}

function pageUrl(url: string, page: number, pageSize: number): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question));
  query.set('page', String(page));
  query.set('page_size', String(pageSize));
  query.sort();
  return `${path}?${[...query].map(([key, value]) => `${encodeURIComponent(key)}=${readable(value)}`).join('&')}`;
}

/**
 * Harbor writes the query without any escaping, so that `q=name=~app` reads as typed. Ours keeps the escapes that
 * have a meaning in a query or in a header, and gives the same query when it is requested.
 */
function readable(value: string): string {
  return encodeURIComponent(value).replace(/%(?:3D|3A|2F|5B|5D|7B|7D)/g, decodeURIComponent);
}
