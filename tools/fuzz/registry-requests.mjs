import { anyManifest, sha256 } from './manifests.mjs';
import { digestLike, mutateText, nasty, veryLong, word } from './texts.mjs';

const uuid = '123e4567-e89b-42d3-a456-426614174000';
const octets = ['Content-Type', 'application/octet-stream'];

/** What the run knows to be there; answers add to it, and it forgets the oldest. */
export class State {
  blobs = [];
  manifests = [];
  uploads = [];
  tags = [];
  digests = [];

  constructor(repositories) {
    this.repositories = repositories;
  }

  remember(kind, item) {
    this[kind].push(item);
    if (this[kind].length > 60) this[kind].shift();
    if (item.digest) this.digests.push(item.digest);
    if (this.digests.length > 120) this.digests.shift();
  }
}

const name = (random, state) =>
  random.weighted([
    [15, state.repositories[0]],
    [5, random.pick(state.repositories)],
    [1, `${random.pick(state.repositories)}/${word(random)}`],
    [1, mutateText(random, random.pick(state.repositories))],
    [1, random.pick(nasty)],
    [1, `${word(random)}/${word(random)}`],
  ]);

const reference = (random, state) =>
  random.weighted([
    [6, random.pick(state.tags) ?? 'latest'],
    [6, digestLike(random, state)],
    [2, word(random)],
    [1, random.pick(nasty)],
    [0.3, veryLong(random)],
  ]);

const count = (random) => random.pick(['0', '1', '5', '100', '10000', '-1', '1.5', 'x', '', '9'.repeat(25), '%00']);

function query(random, parameters) {
  const pairs = parameters.filter(() => random.chance(0.6)).map(([key, value]) => `${key}=${value}`);
  if (random.chance(0.1))
    pairs.push(`${random.pick([...parameters.map(([key]) => key), 'ns', 'x'])}=${random.pick(nasty)}`);
  if (random.chance(0.05)) pairs.push(...pairs);
  return pairs.length ? `?${pairs.join('&')}` : '';
}

function range(random) {
  const n = () => random.pick([0, 1, 10, 100, 1_000, 10 ** 12, '']);
  return random.weighted([
    [5, `bytes=${n()}-${n()}`],
    [1, `bytes=${Array.from({ length: 500 }, () => `${n()}-${n()}`).join(',')}`],
    [1, `${random.pick(nasty)}=${n()}-${n()}`],
  ]);
}

function readManifest(random, state) {
  const headers = [
    ['If-None-Match', random.pick(['*', `"${random.pick(state.digests) ?? ''}"`, 'W/"', ...nasty])],
    ['Accept', random.pick(['*/*', 'application/json', 'text/html;q=x', ',,,'])],
  ].filter(() => random.chance(0.3));
  const path = `/v2/${name(random, state)}/manifests/${reference(random, state)}${query(random, [['ns', 'docker.io']])}`;
  return { method: random.pick(['GET', 'GET', 'HEAD']), path, headers };
}

function readBlob(random, state) {
  const digest = digestLike(random, state);
  const headers = [
    ['Range', range(random)],
    ['If-None-Match', `"${digest}"`],
    ['If-Range', random.pick([`"${digest}"`, '"x"', 'Wed, 21 Oct 2015 07:28:00 GMT'])],
  ].filter(() => random.chance(0.3));
  return { method: random.pick(['GET', 'GET', 'HEAD']), path: `/v2/${name(random, state)}/blobs/${digest}`, headers };
}

function pushManifest(random, state) {
  const { body, mediaType, contentType } = anyManifest(random, state);
  const digest = sha256(body);
  const tag = random.chance(0.7) ? `t${random.int(0, 30)}` : reference(random, state);
  const byDigest = random.chance(0.4);
  const tags = Array.from({ length: random.pick([1, 3, 101]) }, () => ['tag', `t${random.int(0, 30)}`]);
  const headers = [
    ['Content-Type', contentType],
    ...[
      ['If-Match', random.pick(['*', '"x"', `"${random.pick(state.digests) ?? ''}"`])],
      ['If-None-Match', random.pick(['*', '"x"'])],
      ['Expect', random.pick(['100-continue', '100-Continue', 'x'])],
    ].filter(() => random.chance(0.05)),
  ];
  const learn = ({ status }) => {
    if (status !== 201) return;
    state.remember('manifests', { digest, size: body.length, mediaType });
    if (!byDigest) state.remember('tags', tag);
  };
  const target = byDigest ? digest + (random.chance(0.3) ? query(random, tags) : '') : tag;
  return { method: 'PUT', path: `/v2/${name(random, state)}/manifests/${target}`, headers, body, learn };
}

function startUpload(random, state) {
  const body = random.bytes(random.pick([0, 1, 10, 1_000]));
  const digest = random.chance(0.8) ? sha256(body) : digestLike(random, state);
  const parameters = query(random, [
    ...(random.chance(0.5) ? [['digest', digest]] : []),
    ...(random.chance(0.3)
      ? [
          ['mount', digestLike(random, state)],
          ['from', name(random, state)],
        ]
      : []),
    ...(random.chance(0.1) ? [['digest-algorithm', random.pick(['sha256', 'sha512', 'md5', ...nasty])]] : []),
  ]);
  const learn = ({ status, headers }) => {
    if (status === 202 && headers.location) state.remember('uploads', headers.location);
    if (status === 201 && headers['docker-content-digest'] === sha256(body))
      state.remember('blobs', { digest: sha256(body), size: body.length });
  };
  const path = `/v2/${name(random, state)}/blobs/uploads/${parameters}`;
  return { method: 'POST', path, headers: [octets], body: parameters.includes('digest=') ? body : undefined, learn };
}

function writeUpload(random, state) {
  const known = random.pick(state.uploads) ?? `/v2/${state.repositories[0]}/blobs/uploads/${uuid}`;
  const path = random.weighted([
    [10, known],
    [1, mutateText(random, known)],
    [1, `/v2/${name(random, state)}/blobs/uploads/${known.split('/').at(-1)}`],
    [0.5, `/v2/${name(random, state)}/blobs/uploads/${random.pick(nasty)}`],
  ]);
  const method = random.pick(['PATCH', 'PATCH', 'PUT', 'GET', 'DELETE']);
  const body = random.chance(0.8) && method.startsWith('P') ? random.bytes(random.pick([1, 10, 1_000])) : undefined;
  const start = random.pick([0, 0, 1, 10, 1_000]);
  const headers = [
    octets,
    ['Content-Range', random.pick([`${start}-${start + (body?.length ?? 0) - 1}`, 'bytes 0-1/2', '5-1', ...nasty])],
  ].filter(() => random.chance(0.5));
  const digest = body && random.chance(0.5) ? sha256(body) : digestLike(random, state);
  return { method, path: method === 'PUT' ? `${path}?digest=${digest}` : path, headers, body };
}

function remove(random, state) {
  const [kind, target] = random.pick([
    ['blobs', digestLike(random, state)],
    ['manifests', reference(random, state)],
  ]);
  return { method: 'DELETE', path: `/v2/${name(random, state)}/${kind}/${target}`, headers: [] };
}

function list(random, state) {
  const paging = [
    ['n', count(random)],
    ['last', random.pick([word(random), ...nasty])],
  ];
  const type = ['artifactType', random.pick([`application/vnd.${word(random)}`, ...nasty])];
  const path = random.pick([
    () => `/v2/_catalog${query(random, paging)}`,
    () => `/v2/${name(random, state)}/tags/list${query(random, paging)}`,
    () => `/v2/${name(random, state)}/referrers/${digestLike(random, state)}${query(random, [type, paging[1]])}`,
    () => random.pick(['/v2', '/v2/', '/v2/_oci/ext/discover', '/healthz', '/readyz', '/metrics']),
  ])();
  return { method: 'GET', path, headers: [] };
}

function elsewhere(random, state) {
  const path = random.pick([
    `/internal/uploads/${uuid}`,
    '/internal/precheck',
    '/v2/..%2finternal/precheck',
    '/v2/%2e%2e/internal/precheck',
    '//v2/',
    '/v2//',
    '/v1/_ping',
    `/v2/${name(random, state)}`,
    `/v2/${'a/'.repeat(random.int(1, 300))}manifests/x`,
    `/v2/${veryLong(random)}`,
    mutateText(random, `/v2/${name(random, state)}/manifests/${reference(random, state)}`),
    random.pick(nasty),
  ]);
  const method = random.pick(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE', 'PROPFIND', 'LINK']);
  const body = random.chance(0.3) ? random.bytes(20) : undefined;
  return { method, path: path.startsWith('/') ? path : `/${path}`, headers: [], body };
}

const kinds = [
  [4, readManifest],
  [4, readBlob],
  [5, pushManifest],
  [4, startUpload],
  [4, writeUpload],
  [1, remove],
  [3, list],
  [2, elsewhere],
];

/** A request to the registry: mostly sensible, with something wrong in it. */
export function registryRequest(random, state) {
  const request = random.weighted(kinds)(random, state);
  const extra = [
    ['X-Forwarded-For', random.pick(['1.2.3.4', 'fe80::1%eth0', '1.2.3.4, , x', '::ffff:1.2.3.4', ...nasty])],
    ['X-Forwarded-Host', random.pick(['example.com', 'a"b', ...nasty])],
    ['X-Forwarded-Proto', random.pick(['https', 'ftp', ...nasty])],
    ['User-Agent', random.pick(['docker/29', 'x'.repeat(5_000), ...nasty])],
    ['X-Request-Id', random.pick([word(random), ...nasty])],
    ['Connection', random.pick(['keep-alive', 'close', 'upgrade'])],
    ['Upgrade', random.pick(['websocket', 'h2c'])],
    ['X-Breakwater-Accel', '1'],
    ['Content-Type', random.pick(nasty)],
    ['Content-Encoding', random.pick(['gzip', 'br'])],
    ['X-HTTP-Method-Override', 'DELETE'],
  ].filter(() => random.chance(0.02));
  return { ...request, headers: [...request.headers, ...extra] };
}
