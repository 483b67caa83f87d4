import { send, type Answer, type Credentials } from './http';
import { observe } from './operations';
import type { Platform } from './platform';

type Headers = Record<string, string | undefined>;

/** Asks as the portal's pages do: with cookies, and with the CSRF token that answers bring. */
export class Browser {
  readonly cookies = new Map<string, string>();
  token = '';

  constructor(
    private readonly platform: Platform,
    private readonly userAgent = 'e2e',
  ) {}

  /** Signs in; the first try only brings the token. */
  async login({ username, password }: Credentials): Promise<Answer> {
    const form = new URLSearchParams({ principal: username, password }).toString();
    const post = () => this.send('POST', '/c/login', form, 'application/x-www-form-urlencoded');
    if (this.token === '') await post();
    return post();
  }

  logOut(): Promise<Answer> {
    return this.send('GET', '/c/log_out');
  }

  /** `path` below /api/v2.0. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.send(method, `/api/v2.0${path}`, text, 'application/json');
    observe(method, path, answer);
    return answer;
  }

  private send(method: string, path: string, body?: string, type?: string): Promise<Answer> {
    return this.request(method, path, { body, headers: { ...(body !== undefined && { 'content-type': type ?? '' }) } });
  }

  /** `path` from the root. `headers` beside and in place of the usual ones; undefined leaves one out. */
  async request(
    method: string,
    path: string,
    { body, headers: others = {}, localAddress }: { body?: string; headers?: Headers; localAddress?: string } = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: Headers = {
      'user-agent': this.userAgent,
      ...(cookie && { cookie }),
      ...(this.token && { 'x-harbor-csrf-token': this.token }),
      ...others,
    };
    const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await send(`${this.platform.httpUrl}${path}`, {
      method,
      headers: Object.fromEntries(sent),
      body,
      localAddress,
    });
    this.token = String(answer.headers['x-harbor-csrf-token'] ?? this.token);
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return answer;
  }
}
