import { maxGunLength } from '@breakwater/contracts';
import { isRoleName, type ServerRole } from '@breakwater/tuf';

/** What a request is about, told from its method and path alone (signing.md section 1). */
export type TrustRequest =
  | { operation: 'UpdateTUF' | 'DeleteTUF'; gun: string }
  | { operation: 'GetRole'; gun: string; role: string }
  | { operation: 'GetRoleByHash'; gun: string; role: string; checksum: string }
  | { operation: 'GetRoleByVersion'; gun: string; role: string; version: number }
  | { operation: 'GetKey' | 'RotateKey'; gun: string; role: ServerRole }
  | { operation: 'Changefeed'; gun: string | undefined }
  | { operation: 'Base' | 'Unknown'; gun: undefined };

const unknown: TrustRequest = { operation: 'Unknown', gun: undefined };
const serverRole = /^(snapshot|timestamp)\.key$/;
const byChecksum = /^(.+)\.([0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})\.json$/;
/** A version has no leading zeros, and none is 0. */
const byVersion = /^([1-9]\d{0,14})\.(.+)\.json$/;

/** `url` as it was received. The GUN is everything before the last `/_trust/`: host, port and slashes included. */
export function parseTrustRequest(method: string, url: string): TrustRequest {
  const path = decoded(url.split('?', 1)[0] ?? '');
  if (path === '/v2/' || path === '/v2') return method === 'GET' ? { operation: 'Base', gun: undefined } : unknown;
  if (path === '/v2/_trust/changefeed') return method === 'GET' ? { operation: 'Changefeed', gun: undefined } : unknown;
  const end = path?.lastIndexOf('/_trust/') ?? -1;
  if (path === undefined || !path.startsWith('/v2/') || end < '/v2/x'.length) return unknown;
  const gun = path.slice('/v2/'.length, end);
  if (gun.length > maxGunLength || /[*\s\0]/.test(gun)) return unknown;
  return ofGun(method, gun, path.slice(end + '/_trust/'.length));
}

function ofGun(method: string, gun: string, rest: string): TrustRequest {
  if (rest === 'changefeed') return method === 'GET' ? { operation: 'Changefeed', gun } : unknown;
  if (!rest.startsWith('tuf/')) return unknown;
  const file = rest.slice('tuf/'.length);
  if (file === '') return whole(method, gun);
  const [, role] = serverRole.exec(file) ?? [];
  if (role !== undefined) return ofKey(method, gun, role as ServerRole);
  return method === 'GET' ? ofFile(gun, file) : unknown;
}

function whole(method: string, gun: string): TrustRequest {
  if (method === 'POST') return { operation: 'UpdateTUF', gun };
  return method === 'DELETE' ? { operation: 'DeleteTUF', gun } : unknown;
}

function ofKey(method: string, gun: string, role: ServerRole): TrustRequest {
  if (method === 'GET') return { operation: 'GetKey', gun, role };
  return method === 'POST' ? { operation: 'RotateKey', gun, role } : unknown;
}

function ofFile(gun: string, file: string): TrustRequest {
  const [, hashedRole = '', checksum] = byChecksum.exec(file) ?? [];
  if (checksum !== undefined && isRoleName(hashedRole))
    return { operation: 'GetRoleByHash', gun, role: hashedRole, checksum: checksum.toLowerCase() };
  const [, version, versionedRole = ''] = byVersion.exec(file) ?? [];
  if (version !== undefined && isRoleName(versionedRole))
    return { operation: 'GetRoleByVersion', gun, role: versionedRole, version: Number(version) };
  const role = file.endsWith('.json') ? file.slice(0, -'.json'.length) : '';
  return isRoleName(role) ? { operation: 'GetRole', gun, role } : unknown;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
