import { result, tokenFlag } from './constants';
import { FakeCryptoki } from './testing/fake-cryptoki';
import { Token } from './token';

let fake: FakeCryptoki;
let token: Token;
const digest = Buffer.alloc(32, 1);
const count = (name: string) => fake.calls.filter((call) => call === name).length;

const tokenWith = (settings: { pin?: string; sessions?: number; patienceMs?: number } = {}) =>
  new Token({
    label: 'token',
    pin: '1234',
    sessions: 2,
    patienceMs: 200,
    load: () => Promise.resolve(fake),
    ...settings,
  });

beforeEach(() => {
  fake = new FakeCryptoki();
  token = tokenWith();
});

it('logs in once, and opens no more sessions than it may', async () => {
  const { id } = await token.generate('a key');
  const signatures = await Promise.all(Array.from({ length: 20 }, () => token.sign(id, digest)));
  expect(signatures).toHaveLength(20);
  expect([count('login'), count('openSession'), fake.mostUnderWay]).toEqual([1, 2, 2]);
});

it.each(['sessionHandleInvalid', 'deviceRemoved', 'userNotLoggedIn', 'objectHandleInvalid', 'generalError'] as const)(
  'logs in again when the token says %s, and goes on',
  async (name) => {
    const { id } = await token.generate('a key');
    fake.failures.sign = [result[name]];
    expect(await token.sign(id, digest)).toHaveLength(64);
    expect([count('login'), count('finalize')]).toEqual([2, 1]);
  },
);

it('logs in once for all who find that the token was reset, and ends no call that is under way', async () => {
  const { id } = await token.generate('a key');
  await token.sign(id, digest);
  fake.forget();
  const signatures = await Promise.all(Array.from({ length: 10 }, () => token.sign(id, digest)));
  expect(signatures).toHaveLength(10);
  expect(count('login')).toBe(2);
});

it('is away when it fails again, and asks the token no more than once a second', async () => {
  const { id } = await token.generate('a key');
  fake.forget();
  fake.labels = ['another'];
  await expect(token.sign(id, digest)).rejects.toMatchObject({
    problem: 'away',
    message: 'the token "token" is not there',
  });
  const asked = fake.calls.length;
  await expect(token.sign(id, digest)).rejects.toMatchObject({ problem: 'away' });
  expect(fake.calls).toHaveLength(asked);
});

it('tries a wrong PIN once for as long as the process lives', async () => {
  token = tokenWith({ pin: 'wrong' });
  for (let time = 0; time < 3; time++) await expect(token.check()).rejects.toMatchObject({ problem: 'refused' });
  jest.useFakeTimers({ now: Date.now() + 86_400_000, advanceTimers: true });
  await expect(token.check()).rejects.toMatchObject({ problem: 'refused' });
  jest.useRealTimers();
  expect(count('login')).toBe(1);
});

it.each([
  ['userPinFinalTry', 'one try is left for the PIN of the token "token": log in by hand first'],
  ['userPinLocked', 'the PIN of the token "token" is locked'],
] as const)('does not log in when the token says %s', async (flag, message) => {
  fake.flags = tokenFlag[flag];
  await expect(token.check()).rejects.toMatchObject({ problem: 'refused', message });
  expect(count('login')).toBe(0);
});

it('is busy when the token does not answer, and does not pile up calls', async () => {
  let open: () => void = () => undefined;
  const { id } = await token.generate('a key');
  fake.gate = new Promise((resolve) => {
    open = resolve;
  });
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => token.sign(id, digest)));
  expect(asked.map((answer) => (answer.status === 'rejected' ? (answer.reason as Error).message : 'signed'))).toEqual([
    ...Array.from({ length: 2 }, () => 'the token "token" does not answer'),
    ...Array.from({ length: 4 }, () => 'the token "token" has no session left'),
  ]);
  expect(count('sign')).toBe(2);
  open();
  fake.gate = Promise.resolve();
  expect(await token.sign(id, digest)).toHaveLength(64);
});

it('two tokens of one name are none', async () => {
  fake.labels = ['token', 'token'];
  await expect(token.check()).rejects.toMatchObject({ problem: 'unfit', message: 'two tokens are named "token"' });
});

it.each([
  [
    'a private key that it would hand out',
    () => (fake.extractable = true),
    'does not promise to keep its private keys',
  ],
  ['a key of another curve', () => (fake.point = Buffer.alloc(97, 4)), 'another curve than P-256'],
])('refuses %s, and leaves none in the token', async (_what, change, message) => {
  change();
  await expect(token.generate('a key')).rejects.toThrow(message);
  expect(fake.privateKeys).toBe(0);
});

it('takes a public point without its wrapping too', async () => {
  const wrapped = await token.generate('a key');
  fake.point = fake.point.subarray(2);
  expect((await token.generate('a key')).publicKey).toEqual(wrapped.publicKey);
});

it('says what a token cannot do', async () => {
  fake.failures.generateKeyPair = [result.mechanismInvalid];
  await expect(token.generate('a key')).rejects.toMatchObject({
    problem: 'unfit',
    message: 'the token "token" fails: C_generateKeyPair: 0x70 (mechanism invalid)',
  });
});

it('ends its sessions, and may be closed before it was used', async () => {
  await tokenWith().close();
  await token.check();
  await token.close();
  expect(count('finalize')).toBe(1);
});
