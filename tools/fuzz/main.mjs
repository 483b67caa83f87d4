#!/usr/bin/env node
// `node tools/fuzz/main.mjs --requests 100000`: fuzzes a registry and a core of its own, started from dist/ on throw-away
// services; or, with --url, a platform that runs. See --help.
import { parseArgs } from 'node:util';
import { withServices } from '../with-services.mjs';
import { fuzz } from './fuzz.mjs';
import { servicesBelow } from './memory.mjs';
import { startStack } from './stack.mjs';

const help = `usage: node tools/fuzz/main.mjs [options]
  --requests <n>       how many (default 100000)
  --seed <n>           the same seed makes the same requests (default: by the clock)
  --concurrency <n>    at once (default 8)
  --url <url>          a platform that runs, instead of starting one; the front door or the registry
  --api-url <url>      where its management API answers, when not at --url
  --username <name>    administrator there (default admin)
  --password <text>    or FUZZ_PASSWORD in the environment
  --pid <n>            its supervisor, to watch the memory of its services
`;

async function main() {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      concurrency: { type: 'string', default: '8' },
      url: { type: 'string' },
      'api-url': { type: 'string' },
      username: { type: 'string', default: 'admin' },
      password: { type: 'string', default: process.env.FUZZ_PASSWORD },
      pid: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(help) && 0;
  const options = {
    requests: Number(values.requests),
    seed: Number(values.seed),
    concurrency: Number(values.concurrency),
    log: (line) => process.stdout.write(`${line}\n`),
  };
  if (values.url) {
    const { url, 'api-url': apiUrl, username, password } = values;
    return report(
      await fuzz({
        ...options,
        url,
        apiUrl,
        username,
        password,
        pids: values.pid ? servicesBelow(Number(values.pid)) : [],
      }),
    );
  }
  return withServices(async (env) => {
    const stack = await startStack(env);
    try {
      return report(await fuzz({ ...options, ...stack.target }));
    } finally {
      await stack.stop();
    }
  });
}

function report({ seed, sent, statuses, slowest, memory, problems }) {
  const counts = Object.entries(statuses).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    `answers: ${counts.map(([status, count]) => `${status}: ${count}`).join(', ')}`,
    `slowest: ${slowest.milliseconds} ms ${slowest.request}`,
    `memory in MB: ${memory.map((sample) => sample.join('+')).join(' ') || 'not watched'}`,
    ...problems.map(({ problem, count, example }) => `FAILED ${count} × ${problem}: ${example}`),
    `${sent} requests with seed ${seed}: ${problems.length === 0 ? 'no problem' : `${problems.length} problems`}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return problems.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
