import { readNewScanner, readScanner, type ScannerInput } from './scanner-input';

const given: ScannerInput = {
  name: 'Looker',
  description: '',
  url: 'https://scanner.example.com',
  auth: '',
  accessCredential: '',
  skipCertVerify: false,
  useInternalAddr: false,
  disabled: false,
};
const badRequest = expect.objectContaining({ code: 'BAD_REQUEST' });

describe('readScanner', () => {
  it.each([
    ['https://scanner.example.com/', 'https://scanner.example.com'],
    [' scanner:8080 ', 'http://scanner:8080'],
    ['HTTP://Scanner.example.com/trivy//', 'http://scanner.example.com/trivy'],
    ['http://scanner/a?b=c#d', 'http://scanner/a'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('takes the url %s', (url, expected) => {
    expect(readScanner({ ...given, url }).url).toBe(expected);
  });

  it.each(['', 'ftp://x', 'file:///etc/passwd', 'http://', 'http://a:b@host', 'http://a b'])(
    'refuses the url %j',
    (url) => {
      expect(() => readScanner({ ...given, url })).toThrow(badRequest);
    },
  );

  it.each([
    { name: '' },
    { name: 'a'.repeat(129) },
    { name: 'a\0b' },
    { description: 'a'.repeat(1_025) },
    { description: '\0' },
    { url: `http://scanner/${'a'.repeat(512)}` },
    { auth: 'Digest' },
    { auth: 'basic' },
  ])('refuses %j', (changed) => {
    expect(() => readScanner({ ...given, ...changed })).toThrow(badRequest);
  });
});

describe('readNewScanner', () => {
  it.each([
    ['Basic', 'user:password'],
    ['Bearer', 'token'],
    ['X-ScannerAdapter-API-Key', 'key'],
    ['APIKey', 'key'],
  ])('takes %s with its credential, and not without', (auth, accessCredential) => {
    expect(readNewScanner({ ...given, auth, accessCredential })).toMatchObject({ auth, accessCredential });
    expect(() => readNewScanner({ ...given, auth })).toThrow(badRequest);
  });

  it.each([
    ['Basic', 'nocolon'],
    ['Bearer', 'a\r\nx-injected: b'],
    ['APIKey', 'a\nb'],
    ['Bearer', 'a'.repeat(4_097)],
  ])('refuses %s with %j', (auth, accessCredential) => {
    expect(() => readNewScanner({ ...given, auth, accessCredential })).toThrow(badRequest);
  });

  it('keeps no credential that nothing is asked with', () => {
    expect(readNewScanner({ ...given, accessCredential: 'left over' }).accessCredential).toBe('');
  });
});
