import { mediaTypes, type Descriptor, type Manifest } from '@breakwater/kernel';
import type { Readable } from 'node:stream';
import { artifactKind, isImageConfig, isMarkedWasm, unknownKind } from '../artifact/artifact-kind';
import { readConfigJson, type ConfigObject } from './config-json';

/** What the API shows of an image's config. */
const ofImages = ['architecture', 'os', 'os.version', 'variant', 'author', 'created', 'config'];

/** The row of every list carries them; a config that tells more is shown in its own parts, or not at all. */
const maxAttributeBytes = 64 * 1024;

/**
 * What people want to see of an artifact (`extra_attrs`), from its config (decision 16: at push, so that nobody opens
 * blobs later): of images the part that tells what they run on, of charts, models and others of a known or named kind the
 * whole config. A config that is no JSON object says nothing; the push does not fail for it. `open` answers its bytes.
 */
export async function readExtraAttributes(
  manifest: Manifest,
  open: (config: Descriptor) => Promise<Readable>,
): Promise<ConfigObject> {
  const { config } = manifest;
  const told = tellingConfig(manifest) && config ? await readConfigJson(config, () => open(config)) : {};
  return storable({ ...chosen(manifest, told), ...aboutWasm(manifest) });
}

/** Digest of the child that holds the config of a bundle (CNAB: the index itself has none). */
export function bundleConfig({ manifests }: Manifest): string | undefined {
  return manifests.find(({ annotations }) => annotations?.['io.cnab.manifest.type'] === 'config')?.digest;
}

/** The same of a bundle, by that child. */
export async function readBundleAttributes(
  { config }: Manifest,
  open: (config: Descriptor) => Promise<Readable>,
): Promise<ConfigObject> {
  return config ? storable(await readConfigJson(config, () => open(config))) : {};
}

/** Nobody knows what the config of an unknown kind means, and the empty one means nothing. */
function tellingConfig(manifest: Manifest): boolean {
  const { config } = manifest;
  if (!config || config.size === 0 || config.mediaType === mediaTypes.ociEmpty) return false;
  return isImageConfig(config.mediaType) || artifactKind(manifest) !== unknownKind;
}

function chosen({ config }: Manifest, told: ConfigObject): ConfigObject {
  if (isImageConfig(config?.mediaType)) return picked(told);
  const skipped = new Set((config?.annotations?.['io.goharbor.artifact.v1alpha1.skip-list'] ?? '').split(','));
  return Object.fromEntries(Object.entries(told).filter(([name]) => !skipped.has(name)));
}

function picked(told: ConfigObject): ConfigObject {
  const author = told.author || authorOf(told.config);
  const found = Object.entries({ ...told, author }).filter(
    ([name, value]) => ofImages.includes(name) && value !== null && value !== undefined,
  );
  return Object.fromEntries(found);
}

/** Builders today write the author into a label (image-spec "Pre-Defined Annotation Keys"). */
function authorOf(config: unknown): string | undefined {
  const { Labels: labels } = (config ?? {}) as { Labels?: Record<string, unknown> | null };
  const named = [labels?.['org.opencontainers.image.authors'], labels?.maintainer];
  return named.find((name): name is string => typeof name === 'string' && name !== '');
}

/** Modules have no config to speak of: what there is to know stands in the manifest. */
function aboutWasm(manifest: Manifest): ConfigObject {
  if (artifactKind(manifest) !== 'WASM') return {};
  const about: ConfigObject = { 'manifest.config.mediaType': manifest.config?.mediaType };
  const [layer] = manifest.layers;
  if (isMarkedWasm(manifest) || !layer) return about;
  const title = layer.annotations?.['org.opencontainers.image.title'];
  return {
    ...about,
    'manifest.layers.mediaType': layer.mediaType,
    ...(title !== undefined && { 'org.opencontainers.image.title': title }),
  };
}

/** Postgres's jsonb holds neither NUL nor half a surrogate pair; JSON.stringify escapes both. */
function storable(attributes: ConfigObject): ConfigObject {
  const text = JSON.stringify(attributes);
  return text.length > maxAttributeBytes || /\\u(?:0000|d[89a-f])/.test(text) ? {} : attributes;
}
