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
const ofNobody = /^\/v2(?:\/?|\/(_trust\/changefeed))$/;
/** Greedy: the last one counts. */
const ofSomething = /^\/v2\/([^*\s\0]+)\/_trust\/(.*)$/;
const serverRole = /^(snapshot|timestamp)\.key$/;
const byChecksum = /^(.+)\.([0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})\.json$/;
const byRole = /^(.+)\.json$/;
/** A version has no leading zeros, and none is 0. */
const byVersion = /^([1-9]\d{0,14})\.(.+)\.json$/;

/** `url` as it was received. The GUN is everything before the last `/_trust/`: host, port and slashes included. */
export function parseTrustRequest(method: string, url: string): TrustRequest {
  const path = decoded(url.replace(/\?.*$/, ''));
  const global = method === 'GET' ? ofNobody.exec(path) : null;
  if (global) return { operation: global[1] === undefined ? 'Base' : 'Changefeed', gun: undefined };
  const [, gun = '', rest = ''] = ofSomething.exec(path) ?? [];
  return gun === '' || gun.length > maxGunLength ? unknown : ofGun(method, gun, rest);
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
  const [, hashed, checksum = ''] = byChecksum.exec(file) ?? [];
  if (isRole(hashed)) return { operation: 'GetRoleByHash', gun, role: hashed, checksum: checksum.toLowerCase() };
  const [, version, versioned] = byVersion.exec(file) ?? [];
  if (isRole(versioned)) return { operation: 'GetRoleByVersion', gun, role: versioned, version: Number(version) };
  const [, role] = byRole.exec(file) ?? [];
  return isRole(role) ? { operation: 'GetRole', gun, role } : unknown;
}

const isRole = (name: string | undefined): name is string => name !== undefined && isRoleName(name);

/** Empty for a malformed escape. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
