import { expectStatus } from './http';
import { uniqueLayer } from './images';
import { type Descriptor, MediaType, type RepositoryClient, sha256 } from './registry';

/** As the management API shows it, as far as the tests look. */
export interface ShownArtifact {
  id: number;
  digest: string;
  type: string;
  icon: string;
  size: number;
  extra_attrs: Record<string, unknown>;
  tags: { name: string }[] | null;
  labels: { id: number; name: string }[] | null;
  references: { child_digest: string; platform?: { architecture?: string } }[] | null;
  accessories: { digest: string; type: string; subject_artifact_digest: string }[] | null;
  inherited_accessories?: { digest: string; type: string }[];
  addition_links: Record<string, { href: string; absolute: boolean }>;
}

/** An image for one architecture that BuildKit has attested, as `docker buildx build --push` sends it. */
export interface AttestedImage {
  index: string;
  image: string;
  attestation: string;
}

export async function pushAttestedImage(repository: RepositoryClient, tag: string): Promise<AttestedImage> {
  const image = await pushOne(
    repository,
    { architecture: 'amd64', os: 'linux', history: [{ created_by: 'RUN make' }] },
    [await repository.pushBlob(uniqueLayer(), MediaType.layer)],
  );
  const statement = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', subject: [] }));
  const attestation = await pushOne(repository, { architecture: 'unknown', os: 'unknown', config: {} }, [
    await repository.pushBlob(statement, 'application/vnd.in-toto+json'),
  ]);
  const manifests = [
    { ...image, platform: { architecture: 'amd64', os: 'linux' } },
    {
      ...attestation,
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: {
        'vnd.docker.reference.digest': image.digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
    },
  ];
  const index = await pushJson(repository, tag, { schemaVersion: 2, mediaType: MediaType.index, manifests });
  return { index: index.digest, image: image.digest, attestation: attestation.digest };
}

async function pushOne(repository: RepositoryClient, config: object, layers: Descriptor[]): Promise<Descriptor> {
  const blob = await repository.pushBlob(Buffer.from(JSON.stringify(config)), MediaType.config);
  const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config: blob, layers };
  return pushJson(repository, undefined, manifest);
}

/** Pushes it by the tag, or else by its digest. */
export async function pushJson(
  repository: RepositoryClient,
  tag: string | undefined,
  manifest: { mediaType: string; [field: string]: unknown },
): Promise<Descriptor> {
  const body = JSON.stringify(manifest);
  const digest = sha256(body);
  const headers = { 'content-type': manifest.mediaType };
  expectStatus(await repository.send('PUT', `manifests/${tag ?? digest}`, { body, headers }), 201);
  return { mediaType: manifest.mediaType, digest, size: Buffer.byteLength(body) };
}
