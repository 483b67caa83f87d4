import { CsrfTokens } from './csrf-tokens';

const tokens = new CsrfTokens(Buffer.alloc(32, 1));
const cookie = tokens.cookie();
const header = tokens.header(cookie) ?? '';

describe('a CSRF token', () => {
  it('goes with its cookie, under a mask that is new each time', () => {
    const another = tokens.header(cookie) ?? '';
    expect(another).not.toBe(header);
    expect(tokens.matches(cookie, header)).toBe(true);
    expect(tokens.matches(cookie, another)).toBe(true);
  });

  it('goes with that cookie on every replica, and with no other one', () => {
    expect(new CsrfTokens(Buffer.alloc(32, 1)).matches(cookie, header)).toBe(true);
    expect(tokens.matches(tokens.cookie(), header)).toBe(false);
  });

  it.each([
    ['', 'nothing'],
    ['AAAA', 'too short'],
    [Buffer.alloc(64).toString('base64'), 'a mask without a secret'],
    [Buffer.from(header, 'base64').subarray(1).toString('base64'), 'cut'],
  ])('is not %j: %s', (wrong) => {
    expect(tokens.matches(cookie, wrong)).toBe(false);
  });

  it.each([
    ['', 'nothing'],
    ['AAAA.AAAA', 'nonsense'],
    [cookie.split('.')[0] ?? '', 'unsigned'],
    [new CsrfTokens(Buffer.alloc(32, 2)).cookie(), 'signed with another key'],
    [`A${cookie.slice(1)}`.replace(/^AA/, 'BA'), 'changed'],
  ])('takes no cookie %j: %s', (wrong) => {
    expect(tokens.header(wrong)).toBeUndefined();
    expect(tokens.matches(wrong, header)).toBe(false);
  });
});
