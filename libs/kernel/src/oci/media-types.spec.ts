import { isNondistributable, mediaTypes } from './media-types';

describe('isNondistributable', () => {
  it.each([
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
    'application/vnd.docker.image.rootfs.foreign.diff.tar',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  ])('holds for %s', (mediaType) => {
    expect(isNondistributable(mediaType)).toBe(true);
  });

  it.each([
    'application/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    mediaTypes.octetStream,
    mediaTypes.ociEmpty,
  ])('does not hold for %s', (mediaType) => {
    expect(isNondistributable(mediaType)).toBe(false);
  });
});
