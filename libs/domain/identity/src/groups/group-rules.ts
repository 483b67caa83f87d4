import { AppError } from '@breakwater/kernel';

/** As clients know them. */
export const groupTypes = { ldap: 1, http: 2, oidc: 3 } as const;
const known: ReadonlySet<number> = new Set(Object.values(groupTypes));

export interface NewGroup {
  groupName: string;
  groupType: number;
  /** Of a group of LDAP, else empty. */
  ldapGroupDn: string;
}

/** As it is stored: names without blanks around them, distinguished names in lower case. Throws BAD_REQUEST. */
export function normaliseGroup({ groupName, groupType, ldapGroupDn }: NewGroup): NewGroup {
  if (!known.has(groupType)) throw bad('group_type must be 1 (LDAP), 2 (HTTP) or 3 (OIDC)');
  const name = normaliseGroupName(groupName);
  if (groupType !== groupTypes.ldap) return { groupName: name, groupType, ldapGroupDn: '' };
  const dn = ldapGroupDn.trim().toLowerCase();
  if (!isDistinguishedName(dn)) throw bad('ldap_group_dn must be a distinguished name, as cn=group,dc=example,dc=com');
  return { groupName: name, groupType, ldapGroupDn: dn };
}

/** Throws BAD_REQUEST. */
export function normaliseGroupName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length < 1 || trimmed.length > 255 || /\p{Cc}/u.test(trimmed))
    throw bad('group_name must have 1 to 255 characters');
  return trimmed;
}

/** RFC 4514, as far as it takes to tell one from a name: `type=value`, separated by commas that are not escaped. */
function isDistinguishedName(text: string): boolean {
  if (text.length > 512 || /\p{Cc}/u.test(text)) return false;
  return text.split(/(?<!\\),/).every((part) => /^\s*[a-z0-9][a-z0-9.-]*\s*=\s*\S/.test(part));
}

function bad(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'group.invalid' });
}
