import { removalCommand } from './removal-command';

const repository = 'library/app';
const signed = (gun: string, roles = ['targets']) => ({ gun, repository, tag: 'v1', roles });

it.each([
  ['registry.example.com/library/app', {}, 'https://registry.example.com'],
  ['registry.example.com:8443/library/app', {}, 'https://registry.example.com:8443'],
  ['registry.example.com:8443/library/app', { NOTARY_PORT: 4443 }, 'https://registry.example.com:4443'],
  ['[2001:db8::1]:8443/library/app', { NOTARY_PORT: 4443 }, 'https://[2001:db8::1]:4443'],
  ['library/app', { EXTERNAL_URL: 'https://hub.example.com' }, 'https://hub.example.com'],
  ['library/app', { EXTERNAL_URL: 'https://hub.example.com', NOTARY_PORT: 4443 }, 'https://hub.example.com:4443'],
  ['library/app', {}, 'https://HOST'],
  ['localhost:8080/library/app', { EXTERNAL_URL: 'http://localhost:8080' }, 'http://localhost:8080'],
])('%s with %j is removed at %s', (gun, server, address) => {
  expect(removalCommand(signed(gun), server)).toBe(`notary -s ${address} -d ~/.docker/trust remove -p ${gun} v1`);
});

it('names the roles where there are delegations', () => {
  const gun = 'registry.example.com/library/app';
  expect(removalCommand(signed(gun, ['targets', 'targets/carol', 'targets/releases']), {})).toBe(
    `notary -s https://registry.example.com -d ~/.docker/trust remove -p ${gun} v1 -r targets -r targets/carol -r targets/releases`,
  );
});
