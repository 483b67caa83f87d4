import { password as usual, type Answer, type RequestOptions, type TestCore } from './test-core';

/** Keeps cookies and the CSRF token, as the portal does. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  /** What the server said of each cookie last. */
  readonly attributes = new Map<string, string>();
  token: string | undefined;

  constructor(private readonly core: Pick<TestCore, 'request'>) {}

  /** As `core.request`; `token: false` leaves the CSRF token out. */
  async request(
    method: string,
    path: string,
    { token = true, headers = {}, ...options }: RequestOptions & { token?: boolean } = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.core.request(method, path, {
      ...options,
      headers: {
        ...(cookie && { cookie }),
        ...(token && this.token !== undefined && { 'x-harbor-csrf-token': this.token }),
        ...headers,
      },
    });
    this.learn(answer);
    return answer;
  }

  form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.request('POST', path, {
      body: new URLSearchParams(fields).toString(),
      headers: { ...type, ...headers },
    });
  }

  /** Gets a token first, with a try that is refused. */
  async login(principal: string, password = usual, headers: Record<string, string> = {}): Promise<Answer> {
    if (this.token === undefined) await this.form('//c/login', {}, headers);
    return this.form('//c/login', { principal, password }, headers);
  }

  private learn({ headers }: Answer): void {
    this.token = headers['x-harbor-csrf-token'] ?? this.token;
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [pair = '', ...attributes] = line.split('; ');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals);
      this.attributes.set(name, attributes.join('; '));
      if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(equals + 1));
    }
  }
}
