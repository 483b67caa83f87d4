import { createServer } from 'node:net';

/** A loopback TCP port that nobody listens on at this moment. */
export async function freePort() {
  const server = await listen('127.0.0.1', 0);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Several different free ports. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen('127.0.0.1', 0)));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Why the address cannot be listened on (EADDRINUSE, EACCES, EADDRNOTAVAIL, …), or undefined when it can. */
export async function portProblem(host, port) {
  try {
    const server = await listen(host, port);
    await new Promise((resolve) => server.close(resolve));
    return undefined;
  } catch (error) {
    return error.code;
  }
}

function listen(host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    // Without ipv6Only a bind to "::" would also take the IPv4 side.
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(':') }, () => resolve(server));
  });
}
