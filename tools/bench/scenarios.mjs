// What is measured, and what the load client is told to do for it.
import { MANIFEST } from './load/registry-client.mjs';
import { PROJECTS, trustedReads } from './trusted.mjs';

const GIB = 1024 ** 3;
const READ_DOORS = ['docker-registry', 'distribution-3', 'nginx', 'registry', 'http', 'https'];
const REGISTRY_DOORS = READ_DOORS.filter((id) => id !== 'nginx');
const PUSH_DOORS = ['docker-registry', 'distribution-3', 'registry', 'http'];
const CONNECTIONS = 32;
const HOT_EVERY_MS = 100;

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string[]} doors
 * @property {'request' | 'image' | 'megabyte'} counts what a rate is of
 * @property {(context: { door: object, fixture: object, options: object, uploaded: Map<string, string> }) => Promise<object>} job
 * @property {boolean} [cold] the registry is started anew before each sample
 * @property {boolean} [memory] the peak of memory is watched
 */

/** Scenarios of each part. @returns {Record<string, Scenario[]>} */
export function scenarios({ uploadBytes }) {
  return {
    manifests: [
      manifestReads('manifest-tag', 'Manifest GET by tag, warm', { by: 'tag', method: 'GET' }),
      manifestReads('manifest-digest', 'Manifest GET by digest, warm', { by: 'digest', method: 'GET' }),
      manifestReads('manifest-head', 'Manifest HEAD by tag, warm', {
        by: 'tag',
        method: 'HEAD',
        doors: REGISTRY_DOORS,
      }),
      coldManifests(),
    ],
    blobs: [
      smallBlobs('blob-head', 'Blob HEAD, warm', { method: 'HEAD', doors: REGISTRY_DOORS }),
      smallBlobs('blob-1k', 'Blob GET, 1 KB', { method: 'GET', doors: READ_DOORS }),
      largeBlobs(1),
      largeBlobs(4),
    ],
    push: pushes('disk'),
    upload: ['monolithic', 'chunked', 'streamed'].map((way) => uploads(way, uploadBytes)).concat(download()),
    token: [tokens()],
    trust: [
      trustReads('trust-plain', 'Manifest GET by tag, warm, a project without a trust policy', PROJECTS.plain),
      trustReads('trust-signed', 'Manifest GET by tag, warm, a project that blocks the unsigned', PROJECTS.trusted),
    ],
  };
}

/** The same reads with and without a trust policy that has to be met. */
function trustReads(id, title, project) {
  const job = async (context) => {
    const { door } = context;
    const { items, credentials } = await trustedReads(door, project);
    return readJob(context, {
      method: 'GET',
      items,
      credentials,
      accept: MANIFEST,
      order: 'zipf',
      warm: `${door.server.id} ${id}`,
    });
  };
  return { id, title, doors: ['registry', 'http'], counts: 'request', job };
}

/** Images of 10 layers of 100 KB, none seen before. */
export function pushes(where) {
  return [1, 16].map((clients) => ({
    id: `push-${where}-${clients}`,
    title: `Push, 10 layers of 100 KB, ${clients === 1 ? '1 client' : `${clients} clients`}, ${where}`,
    doors: PUSH_DOORS,
    counts: 'image',
    job: async ({ door, options }) => {
      const repository = 'bench/push';
      const [header] = await door.server.authorize([`${repository}:pull,push`]);
      const seconds = Math.max(options.seconds, 3);
      return {
        kind: 'pushImages',
        endpoint: door.endpoint,
        header,
        repository,
        clients,
        seconds,
        layers: 10,
        layerBytes: 102_400,
      };
    },
  }));
}

const readJob = ({ door, options }, job) => ({
  kind: 'read',
  endpoint: door.endpoint,
  connections: CONNECTIONS,
  seconds: options.seconds,
  ...job,
});

/** Zipf-distributed, with a tag among them that somebody pushes ten times a second. */
function manifestReads(id, title, { by, method, doors = READ_DOORS }) {
  const job = async (context) => {
    const { door, fixture } = context;
    const items = fixture.manifestItems(by);
    const credentials = await fixture.credentials(door.server);
    const hot = door.server.write ? undefined : await hotTag(context);
    const warm = `${door.server.id} ${id}`;
    return readJob(context, { method, items, credentials, accept: MANIFEST, order: 'zipf', warm, hot });
  };
  return { id, title, doors, counts: 'request', job };
}

async function hotTag({ door, fixture }) {
  const { repository, tag, manifests } = fixture.hot;
  const [header] = await door.server.authorize([`${repository}:pull,push`]);
  const path = `/v2/${repository}/manifests/${tag}`;
  return { path, header, bodies: manifests, contentType: MANIFEST, everyMs: HOT_EVERY_MS };
}

/** Each image once after a start of the registry, so that nothing is in its memory. */
function coldManifests() {
  const job = async (context) => {
    const { door, fixture } = context;
    const credentials = await fixture.credentials(door.server);
    return readJob(context, {
      method: 'GET',
      items: fixture.manifestItems('tag'),
      credentials,
      accept: MANIFEST,
      order: 'once',
    });
  };
  const doors = ['docker-registry', 'distribution-3', 'registry'];
  return { id: 'manifest-cold', title: 'Manifest GET by tag, cold', doors, counts: 'request', job, cold: true };
}

function smallBlobs(id, title, { method, doors }) {
  const job = async (context) => {
    const { door, fixture } = context;
    const { config, layers } = fixture.descriptors;
    const digests = method === 'HEAD' ? [config, ...layers].map(({ digest }) => digest) : [config.digest];
    const credentials = await fixture.credentials(door.server);
    const warm = `${door.server.id} ${id}`;
    return readJob(context, { method, items: fixture.blobItems(digests), credentials, order: 'zipf', warm });
  };
  return { id, title, doors, counts: 'request', job };
}

function largeBlobs(connections) {
  const job = async (context) => {
    const credentials = await context.fixture.largeCredentials(context.door.server);
    const items = [[context.fixture.largePath, 0]];
    return readJob(context, { method: 'GET', items, credentials, order: 'cycle', connections });
  };
  const title = `Blob GET, 100 MB, ${connections === 1 ? '1 connection' : `${connections} connections`}`;
  return { id: `blob-100m-${connections}`, title, doors: READ_DOORS, counts: 'megabyte', job };
}

function uploads(way, bytes) {
  const job = async ({ door }) => {
    const repository = 'bench/upload';
    const [header] = await door.server.authorize([`${repository}:pull,push`]);
    return { kind: 'upload', endpoint: door.endpoint, header, repository, bytes, way };
  };
  const title = `Upload of ${bytes / GIB} GiB, ${way}`;
  return { id: `upload-${way}`, title, doors: PUSH_DOORS, counts: 'megabyte', job, memory: true };
}

function download() {
  const job = async (context) => {
    const { door, uploaded } = context;
    const credentials = [await door.server.authorize(['bench/upload:pull'])];
    const items = [[`/v2/bench/upload/blobs/${uploaded.get(door.server.id)}`, 0]];
    return readJob(context, { method: 'GET', items, credentials, order: 'cycle', connections: 1 });
  };
  const doors = ['docker-registry', 'distribution-3', 'registry'];
  return { id: 'download', title: 'Download of the same', doors, counts: 'megabyte', job, memory: true };
}

/** Basic credentials, as docker sends them before every pull. */
function tokens() {
  const job = async (context) => {
    const { door } = context;
    const path = '/service/token?service=harbor-registry&scope=repository:bench/push:pull';
    return readJob(context, { method: 'GET', items: [[path, 0]], credentials: [[door.server.basic]], order: 'cycle' });
  };
  return {
    id: 'token',
    title: '/service/token with Basic, warm',
    doors: ['core', 'http', 'https'],
    counts: 'request',
    job,
  };
}
