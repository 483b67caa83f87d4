import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { nasty, word } from './texts.mjs';

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

/** What a request brings to show who it is. `trusted`: it may be let in. */
export class Credentials {
  #options;
  #tokens = [];

  /** `send(method, path, headers)` answers `{ status, headers, body }`; `scopes` are those the tokens are for. */
  constructor({ username, password, scopes, send }) {
    this.#options = { username, password, scopes, send };
  }

  get basic() {
    return basic(this.#options.username, this.#options.password);
  }

  /** Fetches tokens where the registry says; a registry without a token service is used by Basic alone. */
  async refresh() {
    const { send, scopes } = this.#options;
    const challenge = (await send('GET', '/v2/', []))?.headers['www-authenticate'] ?? '';
    const [, realm] = /realm="([^"]+)"/.exec(challenge) ?? [];
    const path = realm && new URL(realm).pathname;
    const tokens = [];
    for (const scope of path ? scopes : []) {
      const query = scope.map((text) => `&scope=${encodeURIComponent(text)}`).join('');
      const answer = await send('GET', `${path}?service=harbor-registry${query}`, [['Authorization', this.basic]]);
      if (answer?.status === 200) tokens.push(JSON.parse(answer.body.toString()).token);
    }
    this.#tokens = tokens;
    return tokens.length;
  }

  /** `{ value, trusted }`; the value is undefined for none at all. The tokens are the registry's, not for the API. */
  any(random, { api }) {
    const [full] = api ? [] : this.#tokens;
    return random.weighted([
      [10, () => ({ value: full ? `Bearer ${full}` : this.basic, trusted: true })],
      [2, () => ({ value: this.basic, trusted: true })],
      [2, () => ({ value: full ? `Bearer ${random.pick(this.#tokens)}` : this.basic, trusted: true })],
      [3, () => ({ value: undefined, trusted: false })],
      [3, () => ({ value: full ? `Bearer ${spoilToken(random, full)}` : undefined, trusted: false })],
      [1, () => ({ value: `${random.pick(['Bearer', 'Basic', 'Digest', ''])} ${random.pick(nasty)}`, trusted: false })],
      // Costs the server a password hash each, so few of them.
      [0.05, () => ({ value: basic(word(random), random.pick(nasty)), trusted: false })],
    ])();
  }
}

/** A token that must not be taken. */
function spoilToken(random, token) {
  const [head, body, signature] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url'));
  const claims = JSON.parse(Buffer.from(body, 'base64url'));
  const signed = (text) => `${text}.${sign('sha256', Buffer.from(text), otherKey).toString('base64url')}`;
  const hmac = (text) => `${text}.${createHmac('sha256', random.pick(nasty)).update(text).digest('base64url')}`;
  return random.pick([
    () => `${b64({ ...header, alg: 'none' })}.${body}.`,
    () => `${b64({ ...header, alg: 'none' })}.${body}.${signature}`,
    () => hmac(`${b64({ ...header, alg: 'HS256' })}.${body}`),
    () => signed(`${head}.${body}`),
    () => signed(`${b64({ ...header, kid: random.pick(nasty) })}.${body}`),
    () => signed(`${b64({ ...header, kid: undefined, jwk: {}, x5c: ['x'] })}.${body}`),
    () => `${head}.${b64({ ...claims, exp: claims.exp + 1 })}.${signature}`,
    () => `${head}.${b64({ ...claims, aud: 'harbor-notary' })}.${signature}`,
    () => `${head}.${b64({ ...claims, access: random.pick(nasty) })}.${signature}`,
    () => `${b64({ ...header, crit: ['x'], x: 1 })}.${body}.${signature}`,
    () => `${head}.${body}`,
    () => `${head}.${body}.`,
    () => `${head}.${body}.${signature.slice(4)}`,
    () => `${b64(random.pick(nasty))}.${b64(random.pick(nasty))}.${signature}`,
    () => flip(random, token),
  ])();
}

/** Another character in one place; not the last one, whose low bits say nothing. */
function flip(random, token) {
  const at = random.int(0, token.length - 3);
  const other = random.pick([...'ABCDwxyz0189-_'].filter((letter) => letter !== token[at]));
  return token.slice(0, at) + other + token.slice(at + 1);
}
