import { BlockList, isIP, isIPv6 } from 'node:net';

/** Addresses and networks (`10.0.0.0/8`, `::1`), asked whether an address is among them. */
export class AddressList {
  private readonly list = new BlockList();

  constructor(entries: readonly string[]) {
    for (const entry of entries) this.add(entry);
  }

  has(address: string): boolean {
    return isIP(address) !== 0 && this.list.check(address, familyOf(address));
  }

  private add(entry: string): void {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) this.list.addAddress(address, familyOf(address));
    else this.list.addSubnet(address, Number(bits), familyOf(address));
  }
}

/**
 * What stands for one client: an IPv4 address, or the /64 that an IPv6 host picks its addresses from as it likes
 * (RFC 8981), `2001:db8:0:1::/64`.
 */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - groupCount(tail);
  const all = [...groups, ...Array<string>(missing).fill('0'), ...(tail ?? '').split(':')];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** An IPv4 address at the end takes the place of two groups. */
function groupCount(tail: string): number {
  if (tail === '') return 0;
  return tail.split(':').length + (tail.includes('.') ? 1 : 0);
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');
