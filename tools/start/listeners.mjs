// Which addresses the front door listens on, and which names its certificate carries.
import { hostname, networkInterfaces } from 'node:os';
import { isIP, isIPv6 } from 'node:net';
import { portProblem } from '../services/ports.mjs';

const ANY = { 4: '0.0.0.0', 6: '::' };
const LOOPBACK = { 4: '127.0.0.1', 6: '::1' };

/** Loopback of both families, plus what --listen asks for; "every address" of a family includes its loopback. Pure. */
export function listenAddresses(listen, { ipv6 }) {
  const families = ipv6 ? [4, 6] : [4];
  const loopback = families.filter((family) => !listen.includes(ANY[family])).map((family) => LOOPBACK[family]);
  return [...new Set([...loopback, ...listen])];
}

export function hasIpv6() {
  return addresses().some(({ address }) => address === '::1');
}

/** One listener per address and port. Throws, with what to do, when one of them cannot be opened. */
export async function chooseListeners({ listen, httpPort, httpsPort }) {
  const listeners = listenAddresses(listen, { ipv6: hasIpv6() }).flatMap((address) => [
    { address, port: httpPort, tls: false },
    { address, port: httpsPort, tls: true },
  ]);
  for (const { address, port, tls } of listeners) {
    const problem = await portProblem(address, port);
    if (problem) throw new Error(explain(problem, { address, port, option: tls ? '--https-port' : '--http-port' }));
  }
  return listeners;
}

/** Where trust data has a port of its own; none unless --notary-port asks for it. */
export async function chooseTrustListeners({ listen, notaryPort }) {
  if (notaryPort === undefined) return [];
  const listeners = listenAddresses(listen, { ipv6: hasIpv6() }).map((address) => ({ address, port: notaryPort }));
  for (const { address, port } of listeners) {
    const problem = await portProblem(address, port);
    if (problem) throw new Error(explain(problem, { address, port, option: '--notary-port' }));
  }
  return listeners;
}

/** Every name and port that clients may write before a repository; the ports of a scheme are left out, as they do. Pure. */
export function externalHosts(names, { httpPort, httpsPort, notaryPort }) {
  const ports = [httpPort, httpsPort, notaryPort].filter((port) => port !== undefined);
  return names.flatMap((name) => {
    const host = isIPv6(name) ? `[${name}]` : name;
    return ports.flatMap((port) => (port === 80 || port === 443 ? [host, `${host}:${port}`] : [`${host}:${port}`]));
  });
}

function explain(code, { address, port, option }) {
  const place = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  if (code === 'EADDRINUSE')
    return `${place} is in use by another program. Choose another port: npm start -- ${option} ${port + 1000}`;
  if (code === 'EACCES') return `${place}: only root may listen on this port. Choose one above 1023 with ${option}`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine (see --listen)`;
  return `${place} cannot be listened on: ${code}`;
}

/** Names and addresses for the certificate, the first one for links. Pure but for the machine's own names. */
export function certificateNames({ hostnames, listen }) {
  const own = hostname();
  const names = ['localhost', '127.0.0.1', '::1', ...hostnames, ...(isName(own) ? [own] : [])];
  for (const address of listen) names.push(...(isAny(address) ? outwardAddresses(address) : [address]));
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

const isAny = (address) => Object.values(ANY).includes(address);
const isName = (name) => isIP(name) !== 0 || /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(name);
const addresses = () => Object.values(networkInterfaces()).flatMap((list) => list ?? []);

function outwardAddresses(any) {
  const family = isIPv6(any) ? 'IPv6' : 'IPv4';
  // Link-local addresses need a zone, which no certificate can carry.
  return addresses()
    .filter((entry) => entry.family === family && !entry.internal && !entry.address.startsWith('fe80:'))
    .map(({ address }) => address);
}
