import { scrape } from '@breakwater/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

it('the primary answers for its workers, added up', async () => {
  const child = spawn(process.execPath, ['-r', '@swc-node/register', join(__dirname, 'two-workers.suite.ts')], {
    cwd: join(__dirname, '../../../..'),
    env: { PATH: process.env.PATH, SWC_NODE_PROJECT: 'tsconfig.base.json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    let port = 0;
    for await (const line of createInterface(child.stdout)) {
      port = Number(/^port (\d+)$/.exec(line)?.[1] ?? 0);
      if (port) break;
    }
    const now = await scrape(port);
    expect(now.value('registry_http_requests_total', { handler: 'blob', code: '200' })).toBe(2);
    expect(now.value('registry_http_request_duration_seconds_count')).toBe(2);
    expect(now.value('registry_http_request_duration_seconds_bucket', { le: '+Inf' })).toBe(2);
    // A lease that one worker lacks is no lease of the process.
    expect(now.value('breakwater_lease_valid')).toBe(0);
    expect(now.value('process_resident_memory_bytes')).toBeGreaterThan(50_000_000);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
