import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder, lockHolder } from './data-folder.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the lock of the data folder', () => {
  it('is held until it is given back', () => {
    const unlock = lockDataFolder(folder);
    expect(lockHolder(folder)).toBe(process.pid);
    expect(() => lockDataFolder(folder)).toThrow(`in use by a running platform (process ${process.pid})`);
    unlock();
    expect(lockHolder(folder)).toBeUndefined();
    lockDataFolder(folder)();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, started: '1' }],
    ['a process number that somebody else has now', { pid: process.pid, started: '1' }],
  ])('is taken over from %s', (_, holder) => {
    writeFileSync(join(folder, 'lock'), JSON.stringify(holder));
    lockDataFolder(folder);
    expect(lockHolder(folder)).toBe(process.pid);
  });
});
