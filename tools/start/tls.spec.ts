import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCertificates, wantedPair } from './certificates.mjs';
import { CertificateFollower } from './tls.mjs';

let folder: string;
let said: string[];
let reloads: number;
let refusal: string | undefined;
let wanted: () => string;
let follower: CertificateFollower;
let before: string;

const inPlace = () => readFileSync(join(folder, 'server.pem'), 'utf8');
const another = () => wantedPair({ folder, names: ['localhost', `${Math.random()}.example`] });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-follow-'));
  ensureCertificates({ folder, names: ['localhost'] });
  before = inPlace();
  [said, reloads, refusal, wanted] = [[], 0, undefined, inPlace];
  const server = { check: () => Promise.resolve(refusal), reload: () => void reloads++ };
  follower = new CertificateFollower({
    folder,
    wanted: () => wanted(),
    server: () => server,
    say: (text: string) => said.push(text),
  });
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

it('does nothing while nothing is new', async () => {
  await follower.look();
  expect([said, reloads]).toEqual([[], 0]);
});

it('puts a new pair in place and has the server take it, once', async () => {
  const pair = another();
  wanted = () => pair;
  await follower.look();
  await follower.look();
  expect(inPlace()).toBe(pair);
  expect(reloads).toBe(1);
  expect(said).toEqual([expect.stringMatching(/^new connections get the new certificate, which ends on \d{4}-/)]);
});

it('leaves the old one where the new one cannot be had, and says why once', async () => {
  wanted = () => {
    throw new Error('tls.key is not the key of tls.crt');
  };
  await follower.look();
  await follower.look();
  expect([inPlace(), reloads]).toEqual([before, 0]);
  expect(said).toEqual(['the old certificate stays in use: tls.key is not the key of tls.crt']);
});

it('takes back what the server refuses, says so once, and goes on with the next', async () => {
  const [weak, good] = [another(), another()];
  wanted = () => weak;
  refusal = 'ee key too small';
  await follower.look();
  await follower.look();
  expect([inPlace(), reloads]).toEqual([before, 0]);
  expect(said).toEqual(['the old certificate stays in use: nginx refuses the new one: ee key too small']);
  wanted = () => good;
  refusal = undefined;
  await follower.look();
  expect([inPlace(), reloads]).toEqual([good, 1]);
});

it('tries what was refused again after ten minutes', async () => {
  jest.useFakeTimers();
  const pair = another();
  wanted = () => pair;
  refusal = 'no space left on device';
  await follower.look();
  refusal = undefined;
  jest.advanceTimersByTime(599_000);
  await follower.look();
  expect(reloads).toBe(0);
  jest.advanceTimersByTime(2_000);
  await follower.look();
  expect([inPlace(), reloads]).toEqual([pair, 1]);
});
