import { resolve } from 'node:path';
import { attempt } from './support/run';

const crash = resolve(__dirname, '../../../tools/crash/main.mjs');
const timeoutMs = 300_000;

/** A small run on a platform of its own, with every failpoint; `npm run crash` kills sixty times. */
describe('kills during pushes', () => {
  it(
    'lose nothing acknowledged',
    async () => {
      const { code, output } = await attempt(process.execPath, [crash, '--kills', '12', '--seed', '1'], { timeoutMs });
      expect(output).toMatch(/\nkills: total 12, registry 10, nginx 1, postgres 1, failpoints 10\n/);
      expect(output).toMatch(/\nseed 1, \d+ s: nothing acknowledged was lost\n$/);
      expect(code).toBe(0);
    },
    timeoutMs,
  );
});
