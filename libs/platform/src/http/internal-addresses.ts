import { AddressList } from './address-list';
import { isIPv4 } from 'node:net';

/** What is not the internet: RFC 6890 and its registries, multicast, and what stands for IPv4 inside IPv6. */
const internal = new AddressList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/**
 * What no private network is: this machine and its link, multicast, what stands for IPv4 inside IPv6, and where clouds
 * give their machines credentials, wherever that is.
 */
const neverANetwork = new AddressList([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  // Alibaba and Azure; Amazon, Google, Oracle and Scaleway over IPv6.
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  'fd00:c1::/32',
  'fd00:42::42',
]);

/** What may be reached without being allowed: the internet only, or what private networks hold as well. */
export type Reach = 'internet' | 'private networks';

const beyond: Record<Reach, AddressList> = { internet: internal, 'private networks': neverANetwork };

/** Whether nothing that people chose may be sent there: out of reach, and in none of the `allowed` networks. */
export function isForbidden(address: string, allowed: AddressList, reach: Reach = 'internet'): boolean {
  const [withoutZone = ''] = address.split('%');
  const plain = unmapped(withoutZone);
  return beyond[reach].has(plain) && !allowed.has(plain);
}

/** `::ffff:10.0.0.1` and `::ffff:a00:1` are 10.0.0.1. */
function unmapped(address: string): string {
  const [, tail] = /^::ffff:(.+)$/i.exec(address) ?? [];
  if (tail === undefined) return address;
  if (isIPv4(tail)) return tail;
  const groups = tail.split(':').map((group) => Number.parseInt(group, 16));
  const [high = 0, low = 0] = groups;
  return groups.length === 2 ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : address;
}
