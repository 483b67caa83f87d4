import { makeCertificate, makeRoot, toPem } from '@breakwater/testing/signing';
import { parseTrustStoreFile } from './trust-store';

const root = makeRoot('C=US, O=a, CN=a');
const issued = makeCertificate({ subject: 'C=US, O=a, CN=leaf', issuer: root });
const middle = makeRoot('C=US, O=a, CN=middle', { issuer: root });
const self = makeCertificate({ subject: 'C=US, O=a, CN=self' });

describe('a file for a trust store', () => {
  it('holds certificates in PEM or one in DER', () => {
    const pem = Buffer.from(`a comment\n${toPem(root.der)}\n${toPem(middle.der)}`);
    expect(parseTrustStoreFile(pem, 'ca').map(({ raw }) => raw)).toEqual([root.der, middle.der]);
    expect(parseTrustStoreFile(root.der, 'tsa')[0]?.raw).toEqual(root.der);
    expect(parseTrustStoreFile(self.der, 'ca')[0]?.subjectName).toBe('C=US, O=a, CN=self');
  });

  it.each<[string, Buffer, 'ca' | 'tsa', RegExp]>([
    ['nothing', Buffer.from('hello'), 'ca', /no certificate in PEM or DER/],
    ['half a certificate', root.der.subarray(0, 90), 'ca', /longer than what holds it/],
    ['a certificate that proves nothing', issued.der, 'ca', /neither an authority nor signed by itself/],
    ['a tsa that is not a root', middle.der, 'tsa', /is not a root/],
    ['too many', Buffer.from(toPem(root.der).repeat(101)), 'ca', /more than 100/],
  ])('is refused with %s', (_, bytes, type, reason) => {
    expect(() => parseTrustStoreFile(bytes, type)).toThrow(reason);
  });
});
