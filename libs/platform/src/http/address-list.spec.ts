import { AddressList, clientNetwork } from './address-list';

it('knows addresses and networks of both kinds', () => {
  const list = new AddressList(['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32']);
  for (const address of ['127.0.0.1', '10.9.8.7', '::1', '2001:db8:1::5']) expect(list.has(address)).toBe(true);
  for (const address of ['127.0.0.2', '11.0.0.1', '::2', '2001:db9::1', '', 'localhost'])
    expect(list.has(address)).toBe(false);
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:0:1::5', '2001:db8:0:1::/64'],
  ['2001:DB8:0000:1::', '2001:db8:0:1::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['1::2:3:4:5:192.0.2.7', '1:0:2:3::/64'],
  ['', ''],
])('%s belongs to the client %s', (address, network) => expect(clientNetwork(address)).toBe(network));
