import { groupTypes, normaliseGroup } from './group-rules';

const ldap = (ldapGroupDn: string) => ({ groupName: 'devs', groupType: groupTypes.ldap, ldapGroupDn });

describe('a group', () => {
  it.each([
    [ldap('CN=Devs,DC=example,DC=com'), 'cn=devs,dc=example,dc=com'],
    [ldap(' ou=a\\,b,o=c '), 'ou=a\\,b,o=c'],
    [{ ...ldap('ignored'), groupType: groupTypes.oidc }, ''],
  ])('%j is stored with the distinguished name %j', (group, dn) => {
    expect(normaliseGroup(group)).toEqual({ ...group, ldapGroupDn: dn });
  });

  it('has its name without blanks around it', () => {
    expect(normaliseGroup({ groupName: ' devs ', groupType: 2, ldapGroupDn: '' }).groupName).toBe('devs');
  });

  it.each([
    ['no such type', { groupName: 'devs', groupType: 4, ldapGroupDn: '' }],
    ['no type', { groupName: 'devs', groupType: 0, ldapGroupDn: '' }],
    ['no name', { groupName: '  ', groupType: 3, ldapGroupDn: '' }],
    ['a long name', { groupName: 'd'.repeat(256), groupType: 3, ldapGroupDn: '' }],
    ['a control character', { groupName: 'a\u0000b', groupType: 3, ldapGroupDn: '' }],
    ['no distinguished name', ldap('')],
    ['a name for one', ldap('devs')],
    ['a part without a value', ldap('cn=devs,dc=')],
    ['a long one', ldap(`cn=${'d'.repeat(510)}`)],
  ])('is refused with %s', (_what, group) => {
    expect(() => normaliseGroup(group)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
