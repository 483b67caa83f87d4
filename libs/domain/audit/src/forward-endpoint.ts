/** Where entries are forwarded to. */
export interface ForwardEndpoint {
  host: string;
  port: number;
}

const syslogPort = 514;

/** `logs.example.com:6514`, `[2001:db8::7]:514`, with or without `tcp://`; undefined for what is no address. */
export function readEndpoint(text: string): ForwardEndpoint | undefined {
  const bare = text.trim().replace(/^tcp:\/\//i, '');
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(bare) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? syslogPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}
