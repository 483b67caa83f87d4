/** Which reports of vulnerabilities a client understands. */
export const acceptVulnerabilities = {
  name: 'X-Accept-Vulnerabilities',
  required: false,
  description: 'Media types of vulnerability reports, separated by commas',
  schema: { type: 'string' },
} as const;
