import { TestSigstore } from '@breakwater/testing/signing';
import { bundledSigstoreRoot, parseSigstoreRoot } from './sigstore-root';

describe('a trusted root', () => {
  it('of the public-good instance comes along', () => {
    const root = bundledSigstoreRoot();
    expect(root.certificateAuthorities.length).toBeGreaterThanOrEqual(2);
    expect(root.tlogs.map(({ baseURL }) => baseURL)).toContain('https://rekor.sigstore.dev');
    expect(root.ctlogs.length + root.timestampAuthorities.length).toBeGreaterThanOrEqual(2);
  });

  it('of a private instance may be uploaded', () => {
    expect(parseSigstoreRoot(new TestSigstore().trustedRoot)).toMatchObject({
      tlogs: [{ baseURL: 'https://rekor.example.com' }],
    });
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['text', 'hello'],
    ['another document', { mediaType: 'application/json', certificateAuthorities: [{}] }],
    ['no authority', { ...new TestSigstore().trustedRoot, certificateAuthorities: [] }],
    [
      'a certificate that is none',
      {
        ...new TestSigstore().trustedRoot,
        certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }],
      },
    ],
  ])('is refused with %s', (_, json) => {
    expect(() => parseSigstoreRoot(json)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
