/** Media types that the registry treats differently from others; layers and configs may have any. */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  /** Left out of image-spec 1.1 at its last release candidate; old content still has it. */
  ociArtifact: 'application/vnd.oci.artifact.manifest.v1+json',
  orasArtifact: 'application/vnd.cncf.oras.artifact.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  octetStream: 'application/octet-stream',
} as const;

const NONDISTRIBUTABLE = [
  'application/vnd.oci.image.layer.nondistributable.',
  'application/vnd.docker.image.rootfs.foreign.',
];

/** Layers that are not to be pushed (image-spec "Non-Distributable Layers"), whatever their compression. */
export function isNondistributable(mediaType: string): boolean {
  return NONDISTRIBUTABLE.some((prefix) => mediaType.startsWith(prefix));
}
