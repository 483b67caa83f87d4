import { parseTrustRequest } from './trust-path';

const gun = '127.0.0.1:5000/lib/app';
const base = `/v2/${gun}/_trust`;
const sha256 = 'aB'.repeat(32);
const unknown = { operation: 'Unknown', gun: undefined };

it.each([
  ['GET', '/v2/', { operation: 'Base', gun: undefined }],
  ['POST', `${base}/tuf/`, { operation: 'UpdateTUF', gun }],
  ['DELETE', `${base}/tuf/`, { operation: 'DeleteTUF', gun }],
  ['GET', `${base}/tuf/root.json`, { operation: 'GetRole', gun, role: 'root' }],
  ['GET', `${base}/tuf/targets/a/b.json`, { operation: 'GetRole', gun, role: 'targets/a/b' }],
  [
    'GET',
    `${base}/tuf/root.${sha256}.json`,
    { operation: 'GetRoleByHash', gun, role: 'root', checksum: sha256.toLowerCase() },
  ],
  [
    'GET',
    `${base}/tuf/targets/bob.${'a'.repeat(128)}.json`,
    { operation: 'GetRoleByHash', gun, role: 'targets/bob', checksum: 'a'.repeat(128) },
  ],
  ['GET', `${base}/tuf/1.root.json`, { operation: 'GetRoleByVersion', gun, role: 'root', version: 1 }],
  ['GET', `${base}/tuf/12.targets/bob.json`, { operation: 'GetRoleByVersion', gun, role: 'targets/bob', version: 12 }],
  ['GET', `${base}/tuf/timestamp.key`, { operation: 'GetKey', gun, role: 'timestamp' }],
  ['POST', `${base}/tuf/snapshot.key`, { operation: 'RotateKey', gun, role: 'snapshot' }],
  ['GET', `${base}/changefeed?records=10`, { operation: 'Changefeed', gun }],
  ['GET', '/v2/_trust/changefeed?records=1', { operation: 'Changefeed', gun: undefined }],
  ['GET', '/v2/host%3A5000/a/_trust/tuf/root.json', { operation: 'GetRole', gun: 'host:5000/a', role: 'root' }],
  ['GET', '/v2/a/_trust/b/_trust/tuf/root.json', { operation: 'GetRole', gun: 'a/_trust/b', role: 'root' }],
])('%s %s', (method, url, expected) => {
  expect(parseTrustRequest(method, url)).toEqual(expected);
});

it.each([
  ['HEAD', `${base}/tuf/root.json`],
  ['PUT', `${base}/tuf/`],
  ['GET', `${base}/tuf/`],
  ['GET', `${base}/tuf/root.key`],
  ['GET', `${base}/tuf/foo.json`],
  ['GET', `${base}/tuf/root`],
  ['GET', `${base}/tuf/0.root.json`],
  ['GET', `${base}/tuf/01.root.json`],
  ['GET', `${base}/tuf/${'9'.repeat(30)}.root.json`],
  ['GET', `${base}/tuf/targets/../root.json`],
  ['POST', `${base}/changefeed`],
  ['GET', '/v2//_trust/tuf/root.json'],
  ['GET', '/v2/a*b/_trust/tuf/root.json'],
  ['GET', `/v2/${'a'.repeat(513)}/_trust/tuf/root.json`],
  ['GET', '/v2/a/_trust/tuf/%zz.json'],
  ['GET', '/v2/library/app/tags/list'],
  ['GET', '/'],
  ['POST', '/v2/'],
])('%s %s is nothing', (method, url) => {
  expect(parseTrustRequest(method, url)).toEqual(unknown);
});
