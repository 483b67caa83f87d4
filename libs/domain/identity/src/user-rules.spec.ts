import fc from 'fast-check';
import { generateSecret, isStrongSecret } from './secrets/secret-rules';
import { normaliseUsername, validateProfile } from './user-rules';

const accepts = (email: string): boolean => {
  try {
    validateProfile({ email, realname: 'A', comment: '' });
    return true;
  } catch {
    return false;
  }
};

describe('addresses', () => {
  it.each(['a@example.com', 'a.b-c+d@sub.example.co', "o'neill@example.com", 'a@[10.0.0.1]', 'admin@harbor.local'])(
    '%s is one',
    (email) => {
      expect(accepts(email)).toBe(true);
    },
  );

  it.each([
    'a',
    '@example.com',
    'a@',
    'a@b',
    'a@b.c',
    'a@.com',
    'a@example.com.',
    'a..b@example.com',
    '.a@example.com',
    'a,b@example.com',
    'a@exa mple.com',
    'a@b@example.com',
    'a@example.c0m',
    'a\n@example.com',
    'a@[10.0.0]',
  ])('%j is none', (email) => {
    expect(accepts(email)).toBe(false);
  });

  it('are judged whatever they are, however long', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), fc.constantFrom('.', '@', 'a.', '<'), (text, filler) => {
        expect(typeof accepts(text + filler.repeat(1_000))).toBe('boolean');
      }),
      { numRuns: 50 },
    );
  });
});

describe('user names', () => {
  it('never keep what has a meaning elsewhere', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        let name: string;
        try {
          name = normaliseUsername(text);
        } catch {
          return;
        }
        expect(name).not.toMatch(/[,~#$%:\p{Cc}]/u);
        expect(normaliseUsername(name)).toBe(name);
      }),
    );
  });
});

describe('generated secrets', () => {
  it('are strong and differ', () => {
    const secrets = Array.from({ length: 200 }, generateSecret);
    expect(secrets.every(isStrongSecret)).toBe(true);
    expect(new Set(secrets).size).toBe(200);
  });
});
