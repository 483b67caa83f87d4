import type { SignatureVerdict } from '@breakwater/kernel';
import { storable } from './stored-verdict';

const verdict: SignatureVerdict = {
  system: 'notation',
  format: 'jws',
  status: 'valid',
  reasons: [],
  checks: [{ name: 'integrity', outcome: 'passed' }],
  trustedBy: ['ca:acme'],
  signedAt: { at: new Date(0), source: 'signer' },
  claims: { build: '7' },
};

it('leaves what a signature says as it is', () => {
  expect(storable(verdict)).toEqual(verdict);
});

it('holds nothing that Postgres cannot store', () => {
  const claims = { 'a\0b': 'c\0', half: '\ud83d', whole: '\u{1f600}' };
  expect(storable({ ...verdict, claims }).claims).toEqual({
    'a\ufffdb': 'c\ufffd',
    half: '\ufffd',
    whole: '\u{1f600}',
  });
  // Cutting may halve a pair.
  expect(storable({ ...verdict, reasons: ['\u{1f600}'.repeat(2_000)] }).reasons[0]).not.toMatch(/\p{Surrogate}/u);
});

it('has an end', () => {
  const claims = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, place) => [`claim ${place}`, 'x'.repeat(10_000)]),
  );
  const stored = storable({ ...verdict, claims, reasons: ['x'.repeat(1_000_000)] });
  expect(JSON.stringify(stored).length).toBeLessThan(300_000);
});
