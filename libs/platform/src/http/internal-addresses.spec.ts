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

  const reachable = (address: string, allowed = none) => !isForbidden(address, allowed, 'private networks');

  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '1.1.1.1',
    '::ffff:10.0.0.1',
    'fd12:3456::1',
    '2606::1',
  ])('reaches %s where private networks are in reach', (address) => {
    expect(reachable(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.8.9.10', '0.0.0.0', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
    ...['169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', 'fe80::1%eth0'],
    ...['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe'],
    ...['224.0.0.1', '255.255.255.255', 'ff02::1'],
  ])('but never %s', (address) => {
    expect(reachable(address)).toBe(false);
    expect(reachable(address, new AddressList(['0.0.0.0/0', '::/0']))).toBe(true);
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
