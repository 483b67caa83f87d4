import type { Descriptor, Manifest } from '@breakwater/kernel';
import { attestationsOf } from './attestations';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const child = (letter: string, annotations?: Record<string, string>): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digest(letter),
  size: 1,
  ...(annotations && { annotations }),
});
/** As `docker buildx build --provenance=true` writes it. */
const attestation = (letter: string, about: string): Descriptor => ({
  ...child(letter, {
    'vnd.docker.reference.digest': digest(about),
    'vnd.docker.reference.type': 'attestation-manifest',
  }),
  platform: { architecture: 'unknown', os: 'unknown' },
});
const index = (...manifests: Descriptor[]): Manifest => ({
  kind: 'index',
  mediaType: 'application/vnd.oci.image.index.v1+json',
  layers: [],
  manifests,
  annotations: {},
});

describe('attestationsOf', () => {
  it('finds what each attestation is about', () => {
    const found = attestationsOf(index(child('a'), child('b'), attestation('c', 'a'), attestation('d', 'b')));
    expect(found).toEqual([
      { digest: digest('c'), subjectDigest: digest('a'), type: 'attestation.buildkit' },
      { digest: digest('d'), subjectDigest: digest('b'), type: 'attestation.buildkit' },
    ]);
  });

  it.each([
    ['nothing marked', index(child('a'), child('b'))],
    ['one about what is not listed', index(child('a'), attestation('c', 'b'))],
    ['one about itself', index(child('a'), attestation('c', 'c'))],
    ['one about nothing', index(child('a'), child('c', { 'vnd.docker.reference.type': 'attestation-manifest' }))],
    [
      'another type',
      index(child('a'), child('c', { 'vnd.docker.reference.type': 'x', 'vnd.docker.reference.digest': digest('a') })),
    ],
  ])('passes over %s', (_what, manifest) => {
    expect(attestationsOf(manifest)).toEqual([]);
  });
});
