// What jobs do outside Postgres: a file to which each effect is appended under its key. It knows a key again, as the
// other side of an idempotency key does, and now and then kills who asked before it answers.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

/** @param {{ file: string, kill: (pid: number) => boolean }} options `kill`: true when it did */
export async function openLedger({ file, kill }) {
  const asked = new Map();
  const server = createServer(async (request, response) => {
    try {
      const { key, pid } = await json(request);
      const times = asked.get(key) ?? 0;
      asked.set(key, times + 1);
      if (times === 0) appendFileSync(file, `${key}\n`);
      if (kill(pid)) return response.destroy();
      response.writeHead(204).end();
    } catch {
      response.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Key → how often it was asked for. */
    asked,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
