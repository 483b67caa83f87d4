import { resolve } from 'node:path';
import { currentPlatform } from './support/platform';
import { attempt } from './support/run';

const fuzz = resolve(__dirname, '../../../tools/fuzz/main.mjs');
const timeoutMs = 240_000;

/** A small run through the front door; `npm run soak` sends a hundred thousand. */
describe('the fuzzer', () => {
  it(
    'finds nothing',
    async () => {
      const { httpUrl, pid, admin } = currentPlatform();
      const args = [
        fuzz,
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
      const { code, output } = await attempt(process.execPath, args, {
        env: { ...process.env, FUZZ_PASSWORD: admin.password },
        timeoutMs,
      });
      expect(`${code}\n${output}`).toMatch(/^0\n[^]*\n3000 requests with seed \d+: no problem\n$/);
    },
    timeoutMs,
  );
});
