import { Connection } from './connection.mjs';
import { byNginx, isSlow, problemOf } from './checks.mjs';
import { Credentials } from './credentials.mjs';
import { sha256, types } from './manifests.mjs';
import { growthOf, memoryOf } from './memory.mjs';
import { serialize, spoilHead } from './message.mjs';
import { randomOf } from './random.mjs';
import { registryRequest, State } from './registry-requests.mjs';
import { operationsOf, restRequest, tokenRequest } from './rest-requests.mjs';

const renewEveryMs = 500;
const project = 'fuzz';
/** Names that hold the words of the paths around them. */
const repositories = [`${project}/app`, `${project}/a/blobs/b`, `${project}/manifests`, `${project}/tags/list/x`];

/**
 * Sends requests that are almost right and looks at every answer: no 5xx, none over a second, errors in the envelope,
 * nobody let in who may not, memory flat, the server alive in the end. The same seed makes the same requests, but for
 * what they learn from answers.
 *
 * @param {{ url: string, apiUrl?: string, username: string, password: string, requests: number, seed: number,
 *   concurrency?: number, pids?: number[], log?: (line: string) => void }} options `apiUrl`: where the management API
 *   answers, when not at `url`; `pids`: processes whose memory is watched.
 */
export async function fuzz(options) {
  const run = new FuzzRun(options);
  return run.run();
}

class FuzzRun {
  #options;
  #target;
  #api;
  #state = new State(repositories);
  #statuses = {};
  #problems = new Map();
  #slowest = { milliseconds: 0 };
  #memory = [];
  #operations = [];
  #credentials;
  #sent = 0;
  #renewed = 0;

  constructor(options) {
    this.#options = { concurrency: 8, pids: [], log: () => undefined, ...options };
    this.#target = new URL(options.url);
    this.#api = new URL(options.apiUrl ?? options.url);
    this.#credentials = new Credentials({
      ...options,
      scopes: [
        [...repositories.map((name) => `repository:${name}:pull,push,delete`), 'registry:catalog:*'],
        [`repository:${repositories[0]}:pull`],
        [`repository:${repositories[1]}:push`],
      ],
      send: (method, path, headers) =>
        this.#once(path.startsWith('/v2') ? this.#target : this.#api, { method, path, headers }),
    });
  }

  async run() {
    const { requests, concurrency, seed, log } = this.#options;
    await this.#prepare();
    log(`fuzz: seed ${seed}, ${requests} requests, ${this.#operations.length} operations of the API`);
    await Promise.all(Array.from({ length: concurrency }, () => this.#worker()));
    await this.#assertAlive();
    const growth = growthOf(this.#memory.map((sample) => sample.reduce((sum, part) => sum + part, 0)));
    if (growth) this.#report(growth, 'see the samples');
    return {
      seed,
      sent: this.#sent,
      statuses: this.#statuses,
      slowest: this.#slowest,
      memory: this.#memory,
      problems: [...this.#problems.entries()].map(([problem, { count, example }]) => ({ problem, count, example })),
    };
  }

  async #prepare() {
    await this.#rest('POST', '/api/v2.0/projects', { project_name: project, metadata: { public: 'false' } });
    const document = await this.#rest('GET', '/api/v2.0/openapi.json');
    if (document?.status === 200) this.#operations = operationsOf(JSON.parse(document.body.toString()));
    await this.#credentials.refresh();
    for (const repository of repositories) await this.#pushImage(repository);
  }

  #rest(method, path, body) {
    const headers = [
      ['Authorization', this.#credentials.basic],
      ['Content-Type', 'application/json'],
    ];
    const bytes = body && Buffer.from(JSON.stringify(body));
    return this.#once(this.#api, { method, path, headers, body: bytes }).catch(() => undefined);
  }

  /** A push as a client does it; fails when it is refused. */
  async #pushImage(repository) {
    const config = Buffer.from('{}');
    const authorization = ['Authorization', this.#credentials.basic];
    const blob = {
      method: 'POST',
      path: `/v2/${repository}/blobs/uploads/?digest=${sha256(config)}`,
      headers: [authorization],
    };
    const descriptor = { mediaType: types.config, digest: sha256(config), size: config.length };
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: types.manifest, config: descriptor, layers: [] }),
    );
    const headers = [authorization, ['Content-Type', types.manifest]];
    for (const request of [
      { ...blob, body: config },
      { method: 'PUT', path: `/v2/${repository}/manifests/latest`, headers, body: manifest },
    ]) {
      const answer = await this.#once(this.#target, request);
      if (answer?.status !== 201)
        throw new Error(
          `${request.method} ${request.path}: ${answer?.status} ${answer?.body.toString().slice(0, 300)}`,
        );
    }
    this.#state.remember('blobs', descriptor);
    this.#state.remember('manifests', { mediaType: types.manifest, digest: sha256(manifest), size: manifest.length });
    this.#state.remember('tags', 'latest');
  }

  async #once(target, { method, path, headers, body }) {
    const connection = new Connection(target);
    const length = body ? [['Content-Length', String(body.length)]] : [];
    const lines = [['Host', target.host], ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const answer = await connection.exchange(Buffer.concat([head, body ?? Buffer.alloc(0)]), {
      head: method === 'HEAD',
    });
    connection.close();
    return answer;
  }

  async #worker() {
    const connections = new Map();
    while (this.#sent < this.#options.requests) {
      const index = this.#sent++;
      this.#sample(index);
      await this.#send(this.#make(index), connections);
    }
    for (const connection of connections.values()) connection.close();
  }

  #make(index) {
    const random = randomOf(this.#options.seed, index);
    const rest = this.#operations.length > 0;
    const [target, request] = random.weighted([
      [10, () => [this.#target, registryRequest(random, this.#state)]],
      [rest ? 5 : 0, () => [this.#api, restRequest(random, this.#state, this.#operations)]],
      [rest ? 1 : 0, () => [this.#api, tokenRequest(random, this.#state)]],
    ])();
    const { value, trusted } = this.#credentials.any(random, { api: target === this.#api });
    const headers = value === undefined ? request.headers : [...request.headers, ['Authorization', value]];
    const message = serialize(random, { ...request, headers }, target.host);
    if (!random.chance(0.03)) return { index, target, request, trusted, ...message };
    return { index, target, request, trusted: true, bytes: spoilHead(random, message.bytes), good: false };
  }

  async #send(message, connections) {
    const { target, request, bytes, good } = message;
    const head = request.method === 'HEAD';
    let answer;
    let started = performance.now();
    if (good) {
      const kept = connections.get(target.host);
      const connection = kept?.usable ? kept : new Connection(target);
      answer = await connection.exchange(bytes, { head });
      // A connection that was kept may have been closed in the meantime.
      if (!answer && connection === kept) {
        started = performance.now();
        const fresh = new Connection(target);
        answer = await fresh.exchange(bytes, { head });
        fresh.close();
      }
      if (answer && answer.extra === 0 && connection.usable) connections.set(target.host, connection);
      else connections.delete(target.host);
    } else {
      const connection = new Connection(target);
      answer = await connection.exchange(bytes, { head, waitMs: 1_500, end: true });
      connection.close();
    }
    await this.#judge(message, answer, performance.now() - started);
  }

  async #judge(message, answer, milliseconds) {
    this.#count(message, answer, milliseconds);
    const problem = problemOf(message, answer);
    if (problem) this.#report(problem, excerpt(message, answer));
    if (!answer) return;
    message.request.learn?.(answer);
    if (answer.status === 401 && message.trusted) await this.#renewTokens();
    if (isSlow(milliseconds, answer) && (await this.#isSlowAgain(message, answer)))
      this.#report('slow', `${Math.round(milliseconds)} ms ${excerpt(message, answer)}`);
  }

  #count({ request }, answer, milliseconds) {
    const status = answer ? `${answer.status}${byNginx(answer) ? ' by nginx' : ''}` : 'cut';
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (!answer || milliseconds <= this.#slowest.milliseconds) return;
    this.#slowest = {
      milliseconds: Math.round(milliseconds),
      request: `${request.method} ${request.path.slice(0, 200)}`,
    };
  }

  /** Requests to the API that take rights away end the tokens of everybody in the project. */
  async #renewTokens() {
    if (Date.now() - this.#renewed < renewEveryMs) return;
    this.#renewed = Date.now();
    await this.#credentials.refresh().catch(() => undefined);
  }

  /** The machine may have been busy with something else: what is slow for itself is slow every time. */
  async #isSlowAgain({ target, bytes, request, good }, answer) {
    for (let attempt = 0; attempt < 2; attempt++) {
      const connection = new Connection(target);
      const started = performance.now();
      await connection.exchange(bytes, { head: request.method === 'HEAD', end: !good });
      connection.close();
      if (!isSlow(performance.now() - started, answer)) return false;
    }
    return true;
  }

  #sample(index) {
    const { requests, pids, log } = this.#options;
    const step = Math.ceil(requests / 40);
    if (index % step !== 0) return;
    const memory = memoryOf(pids);
    if (memory.length) this.#memory.push(memory);
    if (index % (step * 10) === 0) log(`fuzz: ${index} sent, memory ${memory.join(' + ') || '?'} MB`);
  }

  #report(problem, example) {
    const known = this.#problems.get(problem);
    if (!known) this.#options.log(`fuzz: ${problem}: ${example}`);
    this.#problems.set(problem, { count: (known?.count ?? 0) + 1, example: known?.example ?? example });
  }

  async #assertAlive() {
    const answer = await this.#once(this.#target, { method: 'GET', path: '/v2/', headers: [] }).catch(() => undefined);
    if (answer?.status !== 401) this.#report(`the registry is not well: ${answer?.status}`, 'GET /v2/');
    await this.#pushImage(repositories[0]).catch((error) => this.#report('a push fails in the end', error.message));
  }
}

function excerpt({ index, bytes }, answer) {
  const sent = JSON.stringify(
    bytes
      .toString('latin1')
      .replace(/(Authorization: \w+ ).+/, '$1…')
      .slice(0, 1_500),
  );
  const received = answer
    ? `${answer.status} ${JSON.stringify(answer.body.toString('utf8').slice(0, 500))}`
    : 'nothing';
  return `#${index} ${sent} → ${received}`;
}
