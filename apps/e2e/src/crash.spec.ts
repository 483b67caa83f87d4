import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

/** A small run on a platform of its own, with every failpoint; `npm run crash` kills sixty times. */
describe('kills during pushes', () => {
  it('lose nothing acknowledged', async () => {
    const { code, output } = await run('--kills', '12', '--seed', '1');
    expect(output).toMatch(/\nkills: total 12, registry 10, nginx 1, postgres 1, failpoints 10\n/);
    expect(output).toMatch(/\nseed 1, \d+ s: nothing acknowledged was lost\n$/);
    expect(code).toBe(0);
  }, 300_000);
});

function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [resolve(root, 'tools/crash/main.mjs'), ...args], {
    cwd: root,
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
