/** Untrusted text for an error message: quoted, escaped, and never longer than a line. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
