import { createServer, type AddressInfo } from 'node:net';
import {
  certificateNames,
  chooseListeners,
  chooseTrustListeners,
  externalHosts,
  listenAddresses,
} from './listeners.mjs';

describe('listenAddresses', () => {
  it.each([
    [[], true, ['127.0.0.1', '::1']],
    [[], false, ['127.0.0.1']],
    [['192.0.2.1'], true, ['127.0.0.1', '::1', '192.0.2.1']],
    [['0.0.0.0'], true, ['::1', '0.0.0.0']],
    [['0.0.0.0', '::'], true, ['0.0.0.0', '::']],
    [['127.0.0.1'], false, ['127.0.0.1']],
  ])('%j with IPv6 %s gives %j', (listen, ipv6, expected) => {
    expect(listenAddresses(listen, { ipv6 })).toEqual(expected);
  });
});

it('names loopback, the given hosts and the addresses listened on in the certificate', () => {
  const names = certificateNames({ hostnames: ['Registry.Example'], listen: ['192.0.2.1'] });
  expect(names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1', 'registry.example', '192.0.2.1']));
  expect(new Set(names).size).toBe(names.length);
});

it('knows what clients may write before a repository', () => {
  expect(externalHosts(['localhost', '::1'], { httpPort: 8080, httpsPort: 8443, notaryPort: undefined })).toEqual([
    'localhost:8080',
    'localhost:8443',
    '[::1]:8080',
    '[::1]:8443',
  ]);
  expect(externalHosts(['a.example'], { httpPort: 80, httpsPort: 443, notaryPort: 4443 })).toEqual([
    'a.example',
    'a.example:80',
    'a.example',
    'a.example:443',
    'a.example:4443',
  ]);
});

it('listens for trust data apart only when it is asked to', async () => {
  expect(await chooseTrustListeners({ listen: [], notaryPort: undefined })).toEqual([]);
  const listeners = await chooseTrustListeners({ listen: [], notaryPort: 38_444 });
  expect(listeners).toContainEqual({ address: '127.0.0.1', port: 38_444 });
});

describe('chooseListeners', () => {
  it('says which option avoids a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const choice = chooseListeners({ listen: [], httpPort: port, httpsPort: port + 1 });
    await expect(choice).rejects.toThrow(
      `127.0.0.1:${port} is in use by another program. Choose another port: npm start -- --http-port`,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('refuses an address of another machine', async () => {
    // Port 0 is free on every address of this machine, whatever the tests beside this one listen on.
    const choice = chooseListeners({ listen: ['203.0.113.9'], httpPort: 0, httpsPort: 0 });
    await expect(choice).rejects.toThrow('203.0.113.9 is no address of this machine');
  });
});
