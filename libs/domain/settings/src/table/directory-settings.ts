import { z } from 'zod';
import { filledLine, flag, line, secret, wholeNumber } from './setting-entry';

const scope = { min: 0, max: 2, type: 'LdapScope' } as const;
const scopes = '0: the entry itself, 1: the entries below it, 2: the whole tree';

/** With or without the scheme, as Harbor takes it, and without credentials. */
const address = z
  .string()
  .max(2_048)
  .regex(/^(ldaps?:\/\/)?[^\s/@]+\/?$/i);

/** LDAP and Active Directory, `auth_mode` ldap_auth. */
export const directorySettings = {
  ldap_url: {
    ...filledLine('', { seed: 'LDAP_URL', about: 'Address of the directory: `ldaps://directory.example.com`' }),
    schema: address,
    expected: 'ldap://host:port or ldaps://host:port',
  },
  ldap_verify_cert: flag(true, { seed: 'LDAP_VERIFY_CERT', about: "Check the directory's certificate" }),
  ldap_timeout: wholeNumber(
    5,
    { min: 1, max: 3_600 },
    { seed: 'LDAP_TIMEOUT', about: 'Seconds to wait for the directory' },
  ),
  ldap_search_dn: line('', { seed: 'LDAP_SEARCH_DN', about: 'Who searches: the DN that the platform binds with' }),
  ldap_search_password: secret({ seed: 'LDAP_SEARCH_PWD', about: 'The password to it' }),
  ldap_base_dn: filledLine('', { seed: 'LDAP_BASE_DN', about: 'Where people are searched' }),
  ldap_filter: line('', { seed: 'LDAP_FILTER', about: 'Filter of people: `(objectClass=person)`' }),
  ldap_uid: filledLine('cn', { seed: 'LDAP_UID', about: 'The attribute that is the user name' }),
  ldap_scope: wholeNumber(2, scope, { seed: 'LDAP_SCOPE', about: `How deep people are searched (${scopes})` }),
  ldap_group_base_dn: line('', { seed: 'LDAP_GROUP_BASE_DN', about: 'Where groups are searched' }),
  ldap_group_search_filter: line('', { seed: 'LDAP_GROUP_FILTER', about: 'Filter of groups' }),
  ldap_group_attribute_name: line('', { seed: 'LDAP_GROUP_GID', about: "The attribute that is a group's name" }),
  ldap_group_search_scope: wholeNumber(2, scope, {
    seed: 'LDAP_GROUP_SCOPE',
    about: 'How deep groups are searched; as `ldap_scope`',
  }),
  ldap_group_admin_dn: line('', {
    seed: 'LDAP_GROUP_ADMIN_DN',
    about: 'The group whose members administer the platform',
  }),
  ldap_group_membership_attribute: line('memberof', {
    seed: 'LDAP_GROUP_MEMBERSHIP_ATTRIBUTE',
    about: 'The attribute of a person that names groups',
  }),
  ldap_group_attach_parallel: flag(false, {
    seed: 'LDAP_GROUP_ATTACH_PARALLEL',
    about: 'Look up the groups of somebody who signs in side by side',
  }),
};
