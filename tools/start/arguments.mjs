// The command line of `npm start`.
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

const OPTIONS = {
  'http-port': { type: 'string' },
  'https-port': { type: 'string' },
  data: { type: 'string' },
  listen: { type: 'string', multiple: true },
  hostname: { type: 'string', multiple: true },
  'database-url': { type: 'string' },
  'redis-url': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-ca': { type: 'string' },
  'notary-port': { type: 'string' },
  'metrics-port': { type: 'string' },
  'no-install': { type: 'boolean' },
  dev: { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

export const HELP = `Breakwater: npm start [-- OPTIONS]

Starts the whole platform on this machine: PostgreSQL, Redis, the services, and nginx in front of them.
Ctrl-C stops everything; the next start finds all data again.

Addresses
  --http-port PORT      port for http                                       (default 8080)
  --https-port PORT     port for https                                      (default 8443)
  --notary-port PORT    port of its own (https) for trust data, as Notary has 4443; the https port
                        answers the same (default: none)
  --listen ADDRESS      also listen here; without it only this machine can reach the platform
                        (127.0.0.1 and [::1]). --listen 0.0.0.0 listens on every IPv4 address. May be repeated.
  --hostname NAME       a name or address that clients use; it goes into the certificate. May be repeated.
                        EXTERNAL_URL=https://NAME sets the address used in links (else: the one a client asked for).

Data
  --data DIR            folder for everything that is kept: database, blobs, keys, certificates
                        (default ./data; /var/lib/breakwater when root's services could not enter ./data)
  --database-url URL    use this PostgreSQL (15 to 18) instead of starting one: postgres://user:password@host:5432/name
  --redis-url URL       use this Redis (7 or compatible) instead of starting one: redis://:password@host:6379/0
                        DATABASE_URL, REDIS_URL and the same with _FILE work as well and keep passwords off the screen.

Certificates
  --tls-cert FILE --tls-key FILE
                        your own certificate (PEM, with a subjectAltName) and key; taken again when the files change.
                        Without them a CA is made at the first start, and the commands that make docker, podman and
                        notary trust it are printed. Another CA: npm run ca:roll
  --tls-ca FILE         the CA certificate to offer for download with --tls-cert

Other
  --metrics-port PORT   metrics for Prometheus on 127.0.0.1: core on PORT, then registry, jobservice,
                        registryctl, notary-server and notary-signer (default: none)
  --no-install          fail instead of installing npm packages, redis-server or nginx
  --dev                 compile again and restart the services when a source file changes
  --verbose             show every line of PostgreSQL and Redis, too
  -h, --help            this text

Environment
  HARBOR_ADMIN_PASSWORD or HARBOR_ADMIN_PASSWORD_FILE
                        password of "admin" at the first start; generated and shown when absent
  TRUSTED_PROXIES       proxies in front of this machine whose X-Forwarded-* headers count (comma-separated CIDRs)
  REGISTRY_WORKERS      processes that serve pulls and pushes: a number, or auto for one per core (default 1)
  LOG_LEVEL             trace, debug, info, warn or error                   (default info)
  OTEL_EXPORTER_OTLP_ENDPOINT
                        send traces to this OpenTelemetry collector: http://127.0.0.1:4318

A second copy runs beside the first with other ports and its own data folder:
  npm start -- --http-port 9080 --https-port 9443 --data ./data2
Forgotten password: npm run admin:reset
`;

/**
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env gives DATABASE_URL and REDIS_URL, already read from their _FILE forms
 */
export function parseCommandLine(argv, env = {}) {
  const { values } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: false });
  const httpPort = port('--http-port', values['http-port'], 8080);
  const httpsPort = port('--https-port', values['https-port'], 8443);
  const notaryPort = port('--notary-port', values['notary-port'], undefined);
  if (httpPort === httpsPort) throw new Error('--http-port and --https-port must differ');
  if (notaryPort === httpPort || notaryPort === httpsPort) throw new Error('--notary-port is a port of its own');
  const listen = list(values.listen).map((address) => address.replace(/^\[(.*)\]$/, '$1'));
  for (const address of listen) {
    if (isIP(address) === 0) throw new Error(`--listen takes an IP address, not "${address}" (names go to --hostname)`);
  }
  if ((values['tls-cert'] === undefined) !== (values['tls-key'] === undefined)) {
    throw new Error('--tls-cert and --tls-key belong together');
  }
  return {
    help: values.help === true,
    httpPort,
    httpsPort,
    notaryPort,
    listen,
    hostnames: list(values.hostname),
    data: values.data,
    databaseUrl: url('--database-url', values['database-url'] ?? env.DATABASE_URL, /^postgres(ql)?:\/\//),
    redisUrl: url('--redis-url', values['redis-url'] ?? env.REDIS_URL, /^rediss?:\/\//),
    tlsCert: values['tls-cert'],
    tlsKey: values['tls-key'],
    tlsCa: values['tls-ca'],
    metricsPort: port('--metrics-port', values['metrics-port'], undefined),
    install: !values['no-install'],
    dev: values.dev === true,
    verbose: values.verbose === true,
  };
}

function port(option, text, fallback) {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 65_535)
    throw new Error(`${option} takes a port from 1 to 65535, not "${text}"`);
  return number;
}

function list(values = []) {
  return values
    .flatMap((value) => value.split(','))
    .map((item) => item.trim())
    .filter(Boolean);
}

function url(option, text, shape) {
  if (text === undefined || text === '') return undefined;
  if (!shape.test(text)) throw new Error(`${option}: not an address of the right kind, see --help`);
  return text;
}
