import { beginsWithHost, hostOfGun, repositoryOfGun } from './gun';

const hosts = ['registry.example.com', 'registry.example.com:8443', '[::1]:8080'];

it.each([
  ['registry.example.com/library/app', 'library/app'],
  ['registry.example.com:8443/library/team/app', 'library/team/app'],
  ['[::1]:8080/library/app', 'library/app'],
  ['library/app', 'library/app'],
  // A project may have such a name; what is none of our names is one.
  ['other.example.com/library/app', 'other.example.com/library/app'],
  ['registry.example.com/app', undefined],
  ['other.example.com:5000/library/app', undefined],
  ['registry.example.com/../library/app', undefined],
  ['registry.example.com', undefined],
])('%s is about %s', (gun, repository) => {
  expect(repositoryOfGun(gun, hosts)?.full).toBe(repository);
});

it('tells the name of ours that stands before it', () => {
  expect(hostOfGun('registry.example.com:8443/a/b', hosts)).toBe('registry.example.com:8443');
  expect(hostOfGun('registry.example.com.evil/a/b', hosts)).toBeUndefined();
});

it.each([
  ['localhost/a', true],
  ['a.b/c', true],
  ['host:5000/c', true],
  ['library/app', false],
  ['app', false],
])('%s begins with a host: %p', (name, expected) => {
  expect(beginsWithHost(name)).toBe(expected);
});
