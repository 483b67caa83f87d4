import { createHash } from 'node:crypto';
import { readDigestSoFar, writeDigestSoFar } from './digest-so-far';
import { RunningHashes } from './running-hashes';

const hashOf = (text: string) => createHash('sha256').update(text);

describe('RunningHashes', () => {
  it('begins anew for an upload that has nothing yet', () => {
    const hashes = new RunningHashes();
    hashes.put('a', hashOf('left over'), 9);
    expect(hashes.take('a', 'sha512', 0)!.digest('hex')).toBe(createHash('sha512').digest('hex'));
    expect(hashes.take('a', 'sha256', 9)).toBeUndefined();
  });

  it('gives a state out once, and only at the byte where it stands', () => {
    const hashes = new RunningHashes();
    hashes.put('a', hashOf('abc'), 3);
    expect(hashes.take('a', 'sha256', 3)!.digest('hex')).toBe(hashOf('abc').digest('hex'));
    expect(hashes.take('a', 'sha256', 3)).toBeUndefined();
    hashes.put('a', hashOf('abc'), 3);
    expect(hashes.take('a', 'sha256', 4)).toBeUndefined();
    expect(hashes.take('a', 'sha256', 3)).toBeUndefined();
  });

  it('forgets the oldest beyond its limit, and whom it is told to', () => {
    const hashes = new RunningHashes(2);
    for (const id of ['a', 'b', 'c']) hashes.put(id, hashOf(id), 1);
    expect(hashes.take('a', 'sha256', 1)).toBeUndefined();
    hashes.forget('b');
    expect(hashes.take('b', 'sha256', 1)).toBeUndefined();
    expect(hashes.take('c', 'sha256', 1)).toBeDefined();
  });
});

describe('the digest so far', () => {
  it('comes back while the machine runs', () => {
    const hash = hashOf('abc');
    const text = writeDigestSoFar(hash);
    expect(readDigestSoFar(text)).toBe(hashOf('abc').digest('hex'));
    expect(hash.update('d').digest('hex')).toBe(hashOf('abcd').digest('hex'));
    expect(text.length).toBeLessThanOrEqual(200);
    expect(writeDigestSoFar(createHash('sha512')).length).toBeLessThanOrEqual(200);
  });

  it.each([null, '', 'abc', 'abc another-boot'])('is not believed from before: %s', (text) => {
    expect(readDigestSoFar(text)).toBeUndefined();
  });
});
