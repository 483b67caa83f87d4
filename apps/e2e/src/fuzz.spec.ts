import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { currentPlatform } from './support/platform';

const root = resolve(__dirname, '../../..');

/** A small run through the front door; `npm run soak` sends a hundred thousand. */
describe('the fuzzer', () => {
  it('finds nothing', async () => {
    const { httpUrl, pid, admin } = currentPlatform();
    const args = [
      '--url',
      httpUrl,
      '--pid',
      String(pid),
      '--username',
      admin.username,
      '--requests',
      '3000',
      '--seed',
      '1',
    ];
    const { code, output } = await run(args, admin.password);
    expect(`${code}\n${output}`).toMatch(/^0\n[^]*\n3000 requests with seed \d+: no problem\n$/);
  }, 240_000);
});

function run(args: string[], password: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [resolve(root, 'tools/fuzz/main.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, FUZZ_PASSWORD: password },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, output }));
  });
}
