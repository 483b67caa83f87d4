// The seeded platform's content: names, manifests, tags. Everything follows from a number, so two runs make the same.
import { createHash } from 'node:crypto';
import { CONFIGS_PER_REPOSITORY, LAYERS_PER_IMAGE, LAYERS_PER_REPOSITORY } from './scale.mjs';

export const PREFIX = 'seed-';
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CHART_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

const TEAMS = ['payments', 'search', 'mobile', 'platform', 'data', 'identity', 'checkout', 'media', 'billing', 'shop'];
const PARTS = ['api', 'web', 'worker', 'gateway', 'cache', 'sync', 'jobs', 'proxy', 'importer', 'scheduler'];
/** Of twenty repositories sixteen hold images, three images for two platforms, one charts. */
const KINDS = Array.from({ length: 20 }, (_, index) => ['chart', 'multi', 'multi', 'multi'][index - 16] ?? 'image');
const START = Date.UTC(2025, 0, 1);
const PUSH_EVERY_MS = 1_800_000;
const SIGNATURE = 'application/vnd.dev.cosign.artifact.sig.v1+json';
/** Of the images one in twenty is signed, by the artifact that was pushed next. */
const SIGNED_EVERY = 20;
/** An annotation that very many artifacts share, and one that some do. */
const CHANNELS = [{ channel: 'nightly' }, { channel: 'nightly' }, { channel: 'weekly' }];
/** In a repository for two platforms: amd64, arm64, what BuildKit attests of the first, and the index of all. */
export const GROUP = 4;
const ATTESTATION = 2;

export const padded = (number, digits) => String(number).padStart(digits, '0');
export const projectName = (index) => `${PREFIX}${TEAMS[index % TEAMS.length]}-${padded(index + 1, 4)}`;
export const userName = (index) => `${PREFIX}user-${padded(index + 1, 4)}`;
export const repositoryName = (project, index) => `${project}/${PARTS[index % PARTS.length]}-${padded(index + 1, 5)}`;
export const repositoryKind = (index) => KINDS[(index * 7 + 3) % KINDS.length];

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * Blobs that the repository's artifacts refer to: configs first. Small, for there are many; of all sizes a little.
 * @returns {{ bytes: Buffer, digest: string }[]}
 */
export function repositoryBlobs(repository, kind) {
  const configs = Array.from({ length: CONFIGS_PER_REPOSITORY }, (_, index) => configBytes(repository, kind, index));
  const layers = Array.from({ length: LAYERS_PER_REPOSITORY }, (_, index) =>
    Buffer.from(`${repository} layer ${index}\n`.repeat(1 + ((index * 5) % 7)), 'latin1'),
  );
  return [...configs, ...layers].map((bytes) => ({ bytes, digest: digestOf(bytes) }));
}

function configBytes(repository, kind, index) {
  const created = new Date(START + index * 86_400_000).toISOString();
  const image = {
    ...platformOf(index, kind),
    created,
    author: repository,
    config: { Cmd: ['/app', '--serve'] },
  };
  return Buffer.from(
    JSON.stringify(kind === 'chart' ? { name: repository, version: `1.0.${index}`, apiVersion: 'v2' } : image),
  );
}

/** In a repository for two platforms the configs take turns. */
const platformOf = (index, kind) => ({
  architecture: kind === 'multi' && index % 2 === 1 ? 'arm64' : 'amd64',
  os: 'linux',
});

/**
 * @typedef {{ kind: 'image' | 'index' | 'chart', number: number, payload: Buffer, digest: string, blobs: number[],
 *   children: number[], extraAttrs: object, pushTime: Date, mediaType: string, manifestMediaType: string,
 *   artifactType: string, accessoryOf?: { position: number, type: string }, subject?: string }} Artifact
 *   `blobs`, `children`: positions among the repository's blobs and artifacts; `accessoryOf`: what it says something of;
 *   `subject`: digest of that, if its manifest names it
 */

/** The artifacts of a repository in the order in which they were pushed. @returns {Generator<Artifact>} */
export function* repositoryArtifacts(repository, kind, { blobs, count }) {
  const digests = [];
  for (let number = 0; number < count; number++) {
    const artifact = isIndex(kind, number)
      ? indexOf(repository, number, digests)
      : imageOf(repository, number, { kind, blobs, earlier: digests });
    digests.push({ digest: artifact.digest, size: artifact.payload.length });
    yield { ...artifact, number, pushTime: new Date(START + number * PUSH_EVERY_MS) };
  }
}

/** Positions of an image's blobs, the config first. */
function blobPositions(number) {
  const layer = (index) => CONFIGS_PER_REPOSITORY + ((number + index * 2) % LAYERS_PER_REPOSITORY);
  return [number % CONFIGS_PER_REPOSITORY, ...Array.from({ length: LAYERS_PER_IMAGE }, (_, index) => layer(index))];
}

const isIndex = (kind, number) => kind === 'multi' && number % GROUP === GROUP - 1;
const isAttestation = (kind, number) => kind === 'multi' && number % GROUP === ATTESTATION;
const isSignature = (kind, number) => kind === 'image' && number % SIGNED_EVERY === SIGNED_EVERY - 1;

/** Positions of the blobs that any of the repository's artifacts refers to; they repeat with this period. */
export function usedBlobs(kind, count) {
  const period = Math.min(count, CONFIGS_PER_REPOSITORY * LAYERS_PER_REPOSITORY * GROUP);
  const images = Array.from({ length: period }, (_, number) => number).filter((number) => !isIndex(kind, number));
  return [...new Set(images.flatMap(blobPositions))].sort((a, b) => a - b);
}

function imageOf(repository, number, { kind, blobs, earlier }) {
  const isChart = kind === 'chart';
  const [config, ...layers] = blobPositions(number);
  const describe = (position, mediaType) => ({
    mediaType,
    digest: blobs[position].digest,
    size: blobs[position].bytes.length,
  });
  const mediaType = isChart ? CHART_CONFIG : CONFIG;
  const subject = isSignature(kind, number) ? { mediaType: IMAGE, ...earlier[number - 1] } : undefined;
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE,
    ...(subject && { artifactType: SIGNATURE, subject }),
    config: describe(config, mediaType),
    layers: layers.map((layer) => describe(layer, isChart ? CHART_LAYER : LAYER)),
    annotations: { 'org.opencontainers.image.revision': `${repository}@${number}`, ...CHANNELS[number % 3] },
  };
  return {
    kind: isChart ? 'chart' : 'image',
    ...stored(manifest),
    blobs: [config, ...layers],
    children: [],
    extraAttrs: JSON.parse(blobs[config].bytes.toString()),
    mediaType,
    manifestMediaType: IMAGE,
    artifactType: subject ? SIGNATURE : mediaType,
    subject: subject?.digest,
    accessoryOf: accessoryOf(kind, number),
  };
}

function accessoryOf(kind, number) {
  if (isSignature(kind, number)) return { position: number - 1, type: 'signature.cosign' };
  return isAttestation(kind, number) ? { position: number - ATTESTATION, type: 'attestation.buildkit' } : undefined;
}

function indexOf(repository, number, earlier) {
  const children = Array.from({ length: GROUP - 1 }, (_, index) => number - GROUP + 1 + index);
  const digests = children.map((child) => earlier[child].digest);
  const manifest = {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: children.map((child, index) => ({
      mediaType: IMAGE,
      ...earlier[child],
      platform: childPlatform(index),
      ...(index === ATTESTATION && { annotations: childAnnotations(index, digests) }),
    })),
    annotations: { 'org.opencontainers.image.revision': `${repository}@${number}` },
  };
  return {
    kind: 'index',
    ...stored(manifest),
    blobs: [],
    children,
    extraAttrs: {},
    mediaType: INDEX,
    manifestMediaType: INDEX,
    artifactType: '',
  };
}

function stored(manifest) {
  const payload = Buffer.from(JSON.stringify(manifest));
  return { payload, digest: digestOf(payload), annotations: manifest.annotations };
}

/** Platform of an index's child; BuildKit gives an attestation none. */
export const childPlatform = (index) =>
  index === ATTESTATION ? { architecture: 'unknown', os: 'unknown' } : platformOf(index, 'multi');

/** What the index says of its child besides. `digests`: of all children. */
export const childAnnotations = (index, digests) =>
  index === ATTESTATION
    ? { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digests[0] }
    : null;

/** Name of the repository's tag number `index`: latest, then versions and builds in turn. */
export function tagName(index) {
  if (index === 0) return 'latest';
  const number = Math.floor((index - 1) / 2);
  return index % 2 === 1
    ? `v${Math.floor(number / 100)}.${Math.floor(number / 10) % 10}.${number % 10}`
    : `build-${padded(number, 6)}`;
}

/** Which artifact the tag points to: no signature, and in a repository for two platforms an index. */
export function taggedArtifact(index, kind, count) {
  if (kind === 'multi' && count >= GROUP) return GROUP * (index % Math.floor(count / GROUP)) + GROUP - 1;
  const position = index === 0 ? count - 1 : (index - 1) % count;
  return isSignature(kind, position) ? position - 1 : position;
}
