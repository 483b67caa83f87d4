import type { IncomingMessage } from 'node:http';
import { FrontDoor } from './front-door';

const request = (headers: Record<string, string>, { peer = '127.0.0.1', tls = false } = {}): IncomingMessage =>
  ({ headers, socket: { remoteAddress: peer, ...(tls && { encrypted: true }) } }) as unknown as IncomingMessage;

const door = new FrontDoor({ TRUSTED_PROXIES: ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'] });

describe('the address that clients use', () => {
  it('is the configured one', () => {
    const fixed = new FrontDoor({ EXTERNAL_URL: 'https://registry.example.com:8443', TRUSTED_PROXIES: [] });
    expect(fixed.baseUrl(request({ host: 'evil.example.com' }))).toBe('https://registry.example.com:8443');
  });

  it.each([
    [{ host: 'a.example.com:8080' }, 'http://a.example.com:8080'],
    [{ host: '[::1]:8080' }, 'http://[::1]:8080'],
    [{ host: 'a', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'b.example.com' }, 'https://b.example.com'],
    [{ host: 'a', 'x-forwarded-host': 'b, c' }, 'http://b'],
    [{ host: 'a', 'x-forwarded-proto': 'gopher' }, 'http://a'],
    [{}, 'http://localhost'],
  ])('is what a trusted proxy says, else Host: %j', (headers, expected) => {
    expect(door.baseUrl(request(headers as Record<string, string>))).toBe(expected);
  });

  it.each(['a"b', 'a b', 'a/b', 'user@host', '[', 'a:99999', 'a?b', 'a#b', 'a\\b', ''])('is never "%s"', (host) => {
    expect(door.baseUrl(request({ host }))).toBe('http://localhost');
    expect(door.baseUrl(request({ host: 'good', 'x-forwarded-host': host }))).toBe('http://good');
  });

  it('is not what others say', () => {
    const headers = { host: 'a', 'x-forwarded-host': 'b', 'x-forwarded-proto': 'https' };
    expect(door.baseUrl(request(headers, { peer: '192.0.2.1' }))).toBe('http://a');
    expect(door.baseUrl(request(headers, { peer: '192.0.2.1', tls: true }))).toBe('https://a');
  });
});

describe('the client’s address', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['198.51.100.7, 10.1.2.3', '198.51.100.7'],
    ['203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['unknown, 198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    [`fe80::1%${'x'.repeat(500)}`, 'fe80::1'],
    ['10.1.2.3, 10.1.2.4', '10.1.2.3'],
    ['nonsense', '127.0.0.1'],
    ['', '127.0.0.1'],
  ])('behind trusted proxies, X-Forwarded-For: %s', (value, expected) => {
    expect(door.clientAddress(request({ 'x-forwarded-for': value }))).toBe(expected);
  });

  it('is the peer’s otherwise', () => {
    expect(door.clientAddress(request({ 'x-forwarded-for': '1.2.3.4' }, { peer: '192.0.2.1' }))).toBe('192.0.2.1');
    expect(door.clientAddress(request({}, { peer: '::ffff:192.0.2.1' }))).toBe('192.0.2.1');
  });
});
