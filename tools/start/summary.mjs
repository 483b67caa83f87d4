// The last words of a successful start.
import { isIP } from 'node:net';
import { fetchCommand, placeOf, trustCommands } from '../../deploy/nginx/welcome/trust-commands.mjs';

/**
 * @param {object} state
 * @param {{ address: string, port: number, tls: boolean }[]} state.listeners
 * @param {number} state.httpPort
 * @param {number} state.httpsPort
 * @param {string[]} state.hostnames given with --hostname
 * @param {string[]} state.names what the certificate is good for
 * @param {number} [state.notaryPort] where trust data has a port of its own
 * @param {string} [state.caFile]
 * @param {string} [state.caFingerprint] SHA-256
 * @param {string} state.data the data folder
 * @param {string} [state.dataNote] why it is that one
 * @param {{ name: string }} [state.account] of the services
 * @param {string} state.passwordFile
 * @param {string} [state.newPassword] when nobody has seen it yet
 * @param {boolean} [state.given] the password came from the operator
 * @param {string} [state.databaseUrl] the operator's own
 * @param {string} [state.redisUrl] the operator's own
 */
export function summary(state) {
  const outward = outwardName(state);
  const { httpPort, httpsPort, caFile } = state;
  const secure = securePlace(state);
  const addresses = [`http://localhost:${httpPort}`, `https://localhost:${httpsPort}`, outward && `https://${secure}`];
  return [
    '',
    'Breakwater is running.',
    '',
    ...row('Address', ...addresses),
    ...row('User', 'admin'),
    ...row('Password', ...passwordLines(state)),
    ...row('CA', caFile, state.caFingerprint && `(SHA-256 ${state.caFingerprint})`),
    ...row('Data', state.data, state.dataNote && `(${state.dataNote})`),
    ...row('Account', state.account && `the services run as "${state.account.name}"`),
    ...row('PostgreSQL', withoutPassword(state.databaseUrl)),
    ...row('Redis', withoutPassword(state.redisUrl)),
    ...row('Reachable', outward ? undefined : 'from this machine only; --listen 0.0.0.0 opens it to others'),
    '',
    'First steps',
    '',
    `  docker login -u admin localhost:${httpPort}`,
    '  docker pull alpine',
    `  docker tag alpine localhost:${httpPort}/library/alpine`,
    `  docker push localhost:${httpPort}/library/alpine`,
    ...(caFile ? trustLines(state, secure) : []),
    '',
    'Ctrl-C stops everything; npm start brings it back with all data.',
    '',
  ].join('\n');
}

const row = (label, ...values) =>
  values.filter(Boolean).map((value, index) => `  ${(index === 0 ? label : '').padEnd(12)} ${value}`);

/** The address that all who can reach the platform can use. Pure. */
export function publicUrl(state) {
  return outwardName(state) ? `https://${securePlace(state)}` : `http://localhost:${state.httpPort}`;
}

const securePlace = (state) => placeOf(outwardName(state) ?? 'localhost', state.httpsPort);

/** A name or address under which other machines reach the platform; undefined when they do not. */
function outwardName({ listeners, hostnames, names }) {
  const open = listeners.map(({ address }) => address).filter((address) => !isLoopback(address));
  if (open.length === 0) return undefined;
  return (
    hostnames[0] ?? open.find((address) => !isAny(address)) ?? names.find((name) => isIP(name) && !isLoopback(name))
  );
}

function passwordLines({ newPassword, given, passwordFile }) {
  if (newPassword === undefined) {
    return ['as set before', `(the first one is in ${passwordFile}; forgotten: npm run admin:reset)`];
  }
  if (given) return ['as given in HARBOR_ADMIN_PASSWORD'];
  return [newPassword, `(shown this once, kept in ${passwordFile})`];
}

const CLIENTS = {
  docker: 'docker',
  podman: 'podman, buildah, skopeo',
  'content-trust': 'docker trust, DOCKER_CONTENT_TRUST=1 (as the user who signs)',
  notary: 'notary',
  debian: 'everything else on Debian and Ubuntu',
  redhat: 'everything else on Fedora and RHEL',
  macos: 'everything else on macOS',
};

function trustLines(state, place) {
  const { caFile, account, notaryPort } = state;
  const trustPlace = notaryPort && placeOf(outwardName(state) ?? 'localhost', notaryPort);
  const commands = trustCommands({ place, trustPlace, ca: caFile, asRoot: account ? '' : 'sudo ' });
  return [
    '',
    'Over https: let clients trust the CA',
    '',
    ...commands.flatMap(({ client, lines }) => [`  # ${CLIENTS[client]}`, ...lines.map((line) => `  ${line}`)]),
    '  # another machine: fetch it first, and compare what openssl prints with the SHA-256 above',
    `  ${fetchCommand(place)} && openssl x509 -in ca.crt -noout -fingerprint -sha256`,
    '',
    `  docker login -u admin ${place}`,
  ];
}

function withoutPassword(url) {
  if (!url) return undefined;
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '***';
  return parsed.href;
}

const isLoopback = (address) => address.startsWith('127.') || address === '::1';
const isAny = (address) => address === '0.0.0.0' || address === '::';
