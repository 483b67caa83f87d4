import { AddressList } from './address-list';
import { isForbidden } from './internal-addresses';

const none = new AddressList([]);

describe('isForbidden', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::FFFF:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
  ])('%s', (address) => {
    expect(isForbidden(address, none)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('not %s', (address) => {
    expect(isForbidden(address, none)).toBe(false);
  });

  it('knows what is allowed, in every way to write it', () => {
    const allowed = new AddressList(['10.1.0.0/16', 'fd00::/8']);
    expect(['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1'].map((address) => isForbidden(address, allowed))).toEqual([
      false,
      false,
      false,
    ]);
    expect(['10.2.0.1', 'fc00::1', '127.0.0.1'].map((address) => isForbidden(address, allowed))).toEqual([
      true,
      true,
      true,
    ]);
  });
});
