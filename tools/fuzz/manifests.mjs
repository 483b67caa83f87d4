import { createHash } from 'node:crypto';
import { mutateText, word } from './texts.mjs';
import { mutateValue } from './values.mjs';

export const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  artifact: 'application/vnd.oci.artifact.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
};
const oddTypes = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/json',
  'text/plain',
  'application/octet-stream',
  `${types.manifest}; charset=utf-8`,
  types.manifest.toUpperCase(),
  '',
  ';',
  'x/y/z',
];

export const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const described = (mediaType, { digest, size }) => ({ mediaType, digest, size });

/** A manifest that the registry takes, of what was pushed before. */
function goodManifest(random, state) {
  const blobs = state.blobs.length ? state.blobs : [{ digest: sha256(''), size: 0 }];
  const layers = Array.from({ length: random.int(0, 4) }, () => described(types.layer, random.pick(blobs)));
  const mediaType = random.pick([types.manifest, types.manifest, types.dockerManifest]);
  return {
    schemaVersion: 2,
    mediaType,
    config: described(random.pick([types.config, types.empty]), random.pick(blobs)),
    layers,
    ...(random.chance(0.3) && { artifactType: `application/vnd.${word(random)}` }),
    ...(random.chance(0.3) && { annotations: { [word(random)]: word(random) } }),
    ...(random.chance(0.3) && { subject: subject(random, state) }),
  };
}

function subject(random, state) {
  const known = random.pick(state.manifests);
  return described(types.manifest, known ?? { digest: sha256(word(random)), size: 10 });
}

function goodIndex(random, state) {
  const children = Array.from({ length: random.int(0, 4) }, () => random.pick(state.manifests)).filter(Boolean);
  const mediaType = random.pick([types.index, types.index, types.dockerList]);
  const manifests = children.map((child) => ({
    ...described(child.mediaType, child),
    platform: { architecture: 'amd64', os: 'linux' },
  }));
  return { schemaVersion: 2, mediaType, manifests, ...(random.chance(0.2) && { subject: subject(random, state) }) };
}

const deep = (random) => {
  const depth = random.pick([10, 63, 64, 65, 1_000, 100_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};

function spoiled(random, json) {
  return random.weighted([
    [3, () => mutateText(random, json)],
    [1, () => json.slice(0, random.int(0, json.length))],
    [1, () => `\ufeff${json}`],
    [1, () => json.replace('{', `{"x":${deep(random)},`)],
    [1, () => deep(random)],
    [1, () => json.replace(/"schemaVersion"/, '"schemaVersion":2,"schemaVersion"')],
    [0.3, () => json.replace('{', `{"annotations":{"big":"${'x'.repeat(random.pick([1_000_000, 4_200_000]))}"},`)],
  ])();
}

/** `{ body, mediaType, contentType, good }`: mostly almost right. */
export function anyManifest(random, state) {
  const good = random.chance(0.6) ? goodManifest(random, state) : goodIndex(random, state);
  let value = good;
  const harm = random.int(0, 3);
  for (let i = 0; i < harm; i++) value = mutateValue(random, state, value);
  if (random.chance(0.1)) value = { ...good, ...goodManifest(random, state), ...goodIndex(random, state) };
  let body = JSON.stringify(value, undefined, random.pick([undefined, 1, '\t'])) ?? '';
  if (random.chance(0.15)) body = spoiled(random, body);
  const contentType = random.chance(0.85) ? good.mediaType : random.pick([...oddTypes, ...Object.values(types)]);
  return { body: Buffer.from(body), mediaType: good.mediaType, contentType, good: harm === 0 };
}
