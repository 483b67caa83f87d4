import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summary } from './summary.mjs';

const state = {
  listeners: [{ address: '127.0.0.1', port: 8443, tls: true }],
  httpPort: 8080,
  httpsPort: 8443,
  hostnames: [],
  names: ['localhost'],
  data: '/srv/data',
  passwordFile: '/srv/data/secrets/admin-password',
};
const open = {
  ...state,
  listeners: [{ address: '0.0.0.0', port: 8443, tls: true }],
  hostnames: ['registry.example.com'],
  caFile: '/srv/data/tls/ca.crt',
  caFingerprint: 'AB:CD',
};

describe('what is said at the start about trust', () => {
  it('is the command for each client, with the real address and file', () => {
    const said = summary({ ...open, notaryPort: 4443 }).split('\n');
    expect(said).toEqual(
      expect.arrayContaining([
        '  CA           /srv/data/tls/ca.crt',
        '               (SHA-256 AB:CD)',
        '  sudo mkdir -p /etc/docker/certs.d/registry.example.com:8443 && sudo cp /srv/data/tls/ca.crt /etc/docker/certs.d/registry.example.com:8443/ca.crt',
        '  sudo mkdir -p /etc/containers/certs.d/registry.example.com:8443 && sudo cp /srv/data/tls/ca.crt /etc/containers/certs.d/registry.example.com:8443/ca.crt',
        '  mkdir -p ~/.docker/tls/registry.example.com:8443 && cp /srv/data/tls/ca.crt ~/.docker/tls/registry.example.com:8443/ca.crt',
        '  mkdir -p ~/.docker/tls/registry.example.com:4443 && cp /srv/data/tls/ca.crt ~/.docker/tls/registry.example.com:4443/ca.crt',
        '  notary -s https://registry.example.com:4443 -d ~/.docker/trust --tlscacert /srv/data/tls/ca.crt list registry.example.com:8443/library/alpine',
        '  sudo cp /srv/data/tls/ca.crt /usr/local/share/ca-certificates/registry.example.com-ca.crt && sudo update-ca-certificates',
        '  sudo cp /srv/data/tls/ca.crt /etc/pki/ca-trust/source/anchors/registry.example.com-ca.crt && sudo update-ca-trust',
        '  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain /srv/data/tls/ca.crt',
        '  curl -fsSk https://registry.example.com:8443/api/v2.0/systeminfo/getcert -o ca.crt && openssl x509 -in ca.crt -noout -fingerprint -sha256',
      ]),
    );
  });

  it('needs no sudo for root', () => {
    const said = summary({ ...open, account: { name: 'breakwater' } });
    expect(said).toContain('\n  mkdir -p /etc/docker/certs.d/registry.example.com:8443 && cp ');
  });

  it('is nothing where there is no CA to place', () => {
    expect(summary(state)).not.toContain('certs.d');
  });
});

it.each([
  ['registry.example.com', 443, 'registry.example.com'],
  ['registry.example.com', 8443, 'registry.example.com:8443'],
  ['fd00::1', 8443, '[fd00::1]:8443'],
  ['fd00::1', 443, '[fd00::1]'],
])('%s at port %d is %s in the name of an image', (hostname, httpsPort, place) => {
  expect(summary({ ...open, hostnames: [hostname], httpsPort })).toContain(`\n  docker login -u admin ${place}\n`);
});

it('the command for docker trust does what it says, whatever the path is called', () => {
  const home = mkdtempSync(join(tmpdir(), "breakwater's home "));
  const caFile = join(home, 'ca.crt');
  writeFileSync(caFile, 'PEM');
  const said = summary({ ...open, hostnames: ['fd00::1'], caFile }).split('\n');
  const command = said.find((line) => line.includes('~/.docker/tls'));
  spawnSync('/bin/sh', ['-c', command!], { env: { ...process.env, HOME: home }, stdio: 'inherit' });
  expect(readFileSync(join(home, '.docker/tls/[fd00::1]:8443/ca.crt'), 'utf8')).toBe('PEM');
  rmSync(home, { recursive: true });
});
