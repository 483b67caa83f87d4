// What the person at the terminal sees: one line per message, with the service in front, coloured on a terminal.
const COLOURS = {
  breakwater: 1,
  postgres: 34,
  redis: 31,
  migrator: 35,
  core: 32,
  registry: 36,
  registryctl: 36,
  'notary-server': 32,
  'notary-signer': 34,
  jobservice: 33,
  nginx: 35,
};
const WIDTH = 13;
const LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const BRIEF = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'msg',
  'context',
  'requestId',
  'req',
  'res',
  'responseTime',
  'err',
]);

/** @param {{ colour?: boolean, verbose?: boolean, write?: (text: string) => void }} [options] */
export function createOutput({
  colour = process.stdout.isTTY,
  verbose = false,
  write = (text) => process.stdout.write(text),
} = {}) {
  const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (service, text) => write(`${paint(COLOURS[service] ?? 0, service.padEnd(WIDTH))} ${text}\n`);
  return {
    /** A message of the launcher itself. */
    say: (text) => line('breakwater', text),
    plain: (text) => write(`${text}\n`),
    bold: (text) => paint(1, text),
    /** Takes the output lines of a service. */
    service: (name) => (raw) => {
      if (verbose || !isNoise(name, raw)) line(name, readable(raw));
    },
  };
}

/** Nest names every module and route while it starts; before its logger is there also in a form of its own. */
const WIRING =
  /^(\{"level":30,.*"context":"|\[Nest\] .* LOG \[)(InstanceLoader|RoutesResolver|RouterExplorer|NestFactory|NestApplication)\b/;

export const isWiring = (line) => WIRING.test(line);

/** Postgres, Redis and Nest tell much about their ordinary life. */
export function isNoise(service, line) {
  if (line.trim() === '' || isWiring(line)) return true;
  if (service === 'postgres')
    return (
      !/\b(WARNING|ERROR|FATAL|PANIC)\b/.test(line) || /the database system is (starting up|shutting down)/.test(line)
    );
  // 12:M 22 Nov 2026 20:22:00.123 # message; "#" marks what Redis finds worth a look, its version included.
  if (service === 'redis')
    return !/ # .*(warn|error|fail|can't|unable|abort|fatal|crash)/i.test(line) || line.includes('overcommit_memory');
  return false;
}

/** A pino line as a person reads it; any other line as it is. */
export function readable(raw) {
  const entry = parseEntry(raw);
  if (!entry) return raw;
  const rest = Object.entries(entry).filter(([key]) => !BRIEF.has(key));
  const parts = [
    LEVELS[entry.level].padEnd(5),
    entry.context && `[${entry.context}]`,
    entry.msg,
    entry.req && `${entry.req.method} ${entry.req.url} ${entry.res?.statusCode} ${entry.responseTime} ms`,
    entry.requestId && `(request ${entry.requestId})`,
    rest.length > 0 && JSON.stringify(Object.fromEntries(rest)),
    entry.err && (entry.err.stack ?? entry.err.message),
  ];
  return parts.filter(Boolean).join(' ');
}

function parseEntry(raw) {
  if (!raw.startsWith('{"')) return undefined;
  try {
    const entry = JSON.parse(raw);
    return LEVELS[entry.level] === undefined ? undefined : entry;
  } catch {
    return undefined;
  }
}
