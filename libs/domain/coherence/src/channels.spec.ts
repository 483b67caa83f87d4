import { readChange, writeChange } from './channels';
import { repositoryScope } from './scopes';

describe('a change', () => {
  it('is read as it was written', () => {
    const change = { id: 'x', scopes: [repositoryScope('team/app'), 'user:7' as const] };
    expect(readChange(writeChange(change))).toEqual(change);
  });

  it('that is about too much to say is about everything', () => {
    const scopes = Array.from({ length: 400 }, (_, index) => repositoryScope(`team/a-rather-long-name-${index}`));
    const text = writeChange({ id: 'x', scopes });
    expect(Buffer.byteLength(text)).toBeLessThan(8_000);
    expect(readChange(text)).toEqual({ id: 'x' });
  });
});
