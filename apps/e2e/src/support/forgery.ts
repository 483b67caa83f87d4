import { expectStatus } from './http';
import { type Descriptor, MediaType, type RepositoryClient } from './registry';
import { pushJson } from './artifacts';

interface SignatureManifest {
  mediaType: string;
  layers: Descriptor[];
  subject?: Descriptor;
  [field: string]: unknown;
}

export interface Forgery {
  /** The manifest of a real signature. */
  signature: string;
  /** The image that it shall be taken for; its own when left out. */
  onto?: string;
  /** Changes what was signed. */
  change?: (layer: Buffer) => Buffer;
}

/** What anybody can do who may push: a real signature moved to another image, or with its content changed. */
export async function forge(repository: RepositoryClient, { signature, onto, change }: Forgery): Promise<void> {
  const manifest = await fetchManifest(repository, signature);
  const layers = await Promise.all(manifest.layers.map((layer) => changed(repository, layer, change)));
  const subject = onto && manifest.subject ? await describe(repository, onto) : manifest.subject;
  // Without a subject it is a tag that says which image is signed.
  const tag = onto && !manifest.subject ? `${onto.replace(':', '-')}.sig` : undefined;
  await pushJson(repository, tag, { ...manifest, layers, ...(subject && { subject }) });
}

async function fetchManifest(repository: RepositoryClient, reference: string): Promise<SignatureManifest> {
  const headers = { accept: MediaType.manifest };
  return expectStatus(await repository.send('GET', `manifests/${reference}`, { headers }), 200).json();
}

async function changed(
  repository: RepositoryClient,
  layer: Descriptor,
  change?: (content: Buffer) => Buffer,
): Promise<Descriptor> {
  if (!change) return layer;
  const { body } = expectStatus(await repository.send('GET', `blobs/${layer.digest}`), 200);
  return { ...layer, ...(await repository.pushBlob(change(body), layer.mediaType)) };
}

async function describe(repository: RepositoryClient, reference: string): Promise<Descriptor> {
  const { headers } = expectStatus(await repository.send('HEAD', `manifests/${reference}`), 200);
  return {
    mediaType: String(headers['content-type']),
    digest: String(headers['docker-content-digest']),
    size: Number(headers['content-length']),
  };
}
