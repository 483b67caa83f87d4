/** Where clients find the trust server. */
export interface TrustServer {
  /** For names of trust data without a host. */
  EXTERNAL_URL?: string;
  /** Undefined: the registry's own address answers. */
  NOTARY_PORT?: number;
}

interface SignedName {
  /** With the host: `registry.example.com/library/app`. */
  gun: string;
  /** Without: `library/app`. */
  repository: string;
  tag: string;
  roles: readonly string[];
}

/** What takes the signature of a tag away. Delegations are named, as `notary` asks for it. */
export function removalCommand({ gun, repository, tag, roles }: SignedName, server: TrustServer): string {
  const chosen = roles.join() === 'targets' ? '' : roles.map((role) => ` -r ${role}`).join('');
  return `notary -s ${addressOf(gun, repository, server)} -d ~/.docker/trust remove -p ${gun} ${tag}${chosen}`;
}

function addressOf(gun: string, repository: string, { EXTERNAL_URL, NOTARY_PORT }: TrustServer): string {
  const named = gun.slice(0, -(repository.length + 1));
  const url = new URL(named === '' ? (EXTERNAL_URL ?? 'https://HOST') : `https://${named}`);
  if (NOTARY_PORT === undefined && EXTERNAL_URL && new URL(EXTERNAL_URL).host === url.host) return EXTERNAL_URL;
  const host = named === '' && !EXTERNAL_URL ? 'HOST' : url.hostname;
  const port = NOTARY_PORT === undefined ? url.port : String(NOTARY_PORT);
  return `https://${host}${port === '' ? '' : `:${port}`}`;
}
