import {
  makeCertificate,
  makeRoot,
  purposes,
  sharedKeyPair,
  type TestCertificate,
  usageBits,
} from '@breakwater/testing/signing';
import { parseCertificate } from './certificate';
import { checkChain, invalidityDuring, type Purpose } from './chain';

const root = makeRoot('C=US, ST=WA, O=acme, CN=root');
const subject = 'C=US, ST=WA, O=acme, CN=signer';
const { digitalSignature, keyEncipherment, keyCertSign } = usageBits;
const parse = (chain: TestCertificate[]) => chain.map(({ der }) => parseCertificate(der));
const faultOf = (chain: TestCertificate[], purpose: Purpose = 'codeSigning') => {
  try {
    checkChain(parse(chain), purpose);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
const signer = (request: object = {}) => makeCertificate({ subject, issuer: root, ...request });

describe('a signing certificate', () => {
  it.each<[string, object]>([
    ['without a purpose', {}],
    ['for code signing', { extendedKeyUsage: { purposes: [purposes.codeSigning] } }],
    ['with a purpose of somebody else', { extendedKeyUsage: { purposes: ['1.3.6.1.4.1.99999.7'], critical: true } }],
    ['without basicConstraints', { basicConstraints: false }],
    ['with a longer hash', { hash: 'sha512' }],
    ['whose life is longer than its issuer has', { notBefore: new Date(0), notAfter: new Date(4e12) }],
  ])('is taken %s', (_, request) => {
    expect(faultOf([signer(request), root])).toBeUndefined();
  });

  it.each<[string, object, RegExp]>([
    ['that is an authority', { basicConstraints: { ca: true } }, /is that of an authority/],
    ['that does not say what it is for', { keyUsage: false }, /does not say what its key is for/],
    ['whose usage is not critical', { keyUsage: { bits: [digitalSignature], critical: false } }, /not critical/],
    ['not for signatures', { keyUsage: { bits: [1] } }, /not for digital signatures/],
    [
      'for keys as well',
      { keyUsage: { bits: [digitalSignature, keyEncipherment] } },
      /also be used for keyEncipherment/,
    ],
    [
      'for certificates as well',
      { keyUsage: { bits: [digitalSignature, keyCertSign] } },
      /also be used for keyCertSign/,
    ],
    ['for deciphering as well', { keyUsage: { bits: [digitalSignature, 8] } }, /also be used for decipherOnly/],
    [
      'of a server',
      { extendedKeyUsage: { purposes: [purposes.codeSigning, purposes.serverAuth] } },
      /also for serverAuth/,
    ],
    ['for everything', { extendedKeyUsage: { purposes: [purposes.any] } }, /anyExtendedKeyUsage/],
    ['of a timestamp authority', { extendedKeyUsage: { purposes: [purposes.timeStamping] } }, /timeStamping/],
    ['signed with SHA-1', { hash: 'sha1' }, /an algorithm that is not accepted/],
  ])('is refused %s', (_, request, reason) => {
    expect(faultOf([signer(request), root])).toMatch(reason);
  });

  it('is refused with a small or foreign key', () => {
    expect(faultOf([signer({ keys: sharedKeyPair('rsa1024') }), root])).toMatch(/"rsa 1024" is not accepted/);
    expect(faultOf([signer({ keys: sharedKeyPair('ed25519') }), root])).toMatch(/"ed25519 undefined" is not accepted/);
  });
});

describe('a chain', () => {
  const middle = makeRoot('C=US, ST=WA, O=acme, CN=middle', { issuer: root });

  it('ends with a root that signed itself', () => {
    expect(faultOf([])).toBe('there is no certificate');
    expect(faultOf([signer()])).toMatch(/does not end with a root/);
    expect(faultOf([signer({ issuer: middle }), middle])).toMatch(/does not end with a root/);
    expect(faultOf([signer({ issuer: middle }), middle, root])).toBeUndefined();
  });

  it('has everyone issued by the next, and nobody else in it', () => {
    expect(faultOf([signer({ issuer: middle }), root])).toMatch(/was not issued by/);
    expect(faultOf([signer(), root, root])).toMatch(/signed itself and is not the end/);
    expect(faultOf([signer(), middle, root])).toMatch(/was not issued by/);
    const namesake = makeRoot('C=US, ST=WA, O=acme, CN=root');
    expect(faultOf([signer(), namesake])).toMatch(/was not issued by/);
  });

  it.each<[string, object, RegExp]>([
    ['basicConstraints', { basicConstraints: false }, /is not marked as an authority/],
    ['cA', { basicConstraints: { ca: false } }, /is not marked as an authority/],
    ['critical basicConstraints', { basicConstraints: { ca: true, critical: false } }, /is not marked as an authority/],
    ['keyCertSign', { keyUsage: { bits: [usageBits.cRLSign] } }, /may not sign certificates/],
    ['keyUsage', { keyUsage: false }, /does not say what its key is for/],
  ])('has no authority without %s', (_, request, reason) => {
    const odd = makeRoot('C=US, O=odd, CN=odd', { issuer: root, ...request });
    expect(faultOf([signer({ issuer: odd }), odd, root])).toMatch(reason);
  });

  it('is no longer than its authorities allow', () => {
    const strict = makeRoot('C=US, O=s, CN=strict', { basicConstraints: { ca: true, pathLength: 0 } });
    const below = makeRoot('C=US, O=s, CN=below', { issuer: strict });
    expect(faultOf([signer({ issuer: strict }), strict])).toBeUndefined();
    expect(faultOf([signer({ issuer: below }), below, strict])).toMatch(
      /allows 0 authorities below it, and there are 1/,
    );
  });

  it('is valid in a span when everyone in it is, both ends included', () => {
    const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')];
    const chain = parse([makeCertificate({ subject, notBefore: from, notAfter: to })]);
    expect(invalidityDuring(chain, from, to)).toBeUndefined();
    expect(invalidityDuring(chain, new Date(from.getTime() - 1), to)).toMatch(
      /is valid only from 2026-01-01T00:00:00.000Z/,
    );
    expect(invalidityDuring(chain, from, new Date(to.getTime() + 1))).toMatch(/expired at 2027-01-01T00:00:00.000Z/);
  });
});

describe('a timestamp authority', () => {
  const authority = (request: object) =>
    signer({ extendedKeyUsage: { purposes: [purposes.timeStamping], critical: true }, ...request });

  it('is for time stamps alone, and says so critically', () => {
    expect(faultOf([authority({}), root], 'timestamping')).toBeUndefined();
    expect(
      faultOf([authority({ keyUsage: { bits: [digitalSignature], critical: false } }), root], 'timestamping'),
    ).toBeUndefined();
    for (const extendedKeyUsage of [
      undefined,
      { purposes: [purposes.timeStamping] },
      { purposes: [purposes.timeStamping, purposes.codeSigning], critical: true },
    ]) {
      expect(faultOf([authority({ extendedKeyUsage }), root], 'timestamping')).toMatch(/not for time stamps alone/);
    }
  });
});
