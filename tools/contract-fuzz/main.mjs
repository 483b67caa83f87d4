#!/usr/bin/env node
// `npm run contract-fuzz -- --requests 20000`: see --help.
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describe, summarize } from './findings.mjs';
import { knownRequests, makeUser } from './known.mjs';
import { startPlatform } from './platform.mjs';

const HOOKS = fileURLToPath(new URL('hooks.py', import.meta.url));
const INSTALL =
  'schemathesis is not here. Install it (with Python 3.13 or later): python3.13 -m venv ~/.schemathesis && ~/.schemathesis/bin/pip install schemathesis==4.32.5, then SCHEMATHESIS=~/.schemathesis/bin/schemathesis';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
];
/** Who asks, and how much of all requests is theirs. */
const CALLERS = [
  { name: 'administrator', share: 0.7 },
  { name: 'user', share: 0.2 },
  { name: 'anonymous', share: 0.1 },
];
/** From here on there is room for the values at every schema's edges, which schemathesis goes through one by one. */
const WITH_EDGES = 15_000;
const EDGES = 10_000;

const help = `usage: npm run contract-fuzz -- [options]
Starts a platform of its own, fills it a little, and lets schemathesis (PyPI; found as schemathesis on PATH or by
SCHEMATHESIS) send requests by the platform's own OpenAPI document, right and wrong ones. Every answer must be none of 5xx, of
a status, a content type, a shape and with headers that the document names.

  --requests <n>   at least so many (default 20000)
  --seed <n>       the same seed makes the same requests (default: by the clock)
  --workers <n>    at once (default 4)
  --keep           keep the folder with every answer even when nothing is wrong
`;

const say = (line) => process.stdout.write(`${line}\n`);

async function main() {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      workers: { type: 'string', default: '4' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(help) ?? 0;
  const program = process.env.SCHEMATHESIS ?? 'schemathesis';
  if (spawnSync(program, ['--version']).status !== 0) return say(INSTALL) ?? 2;
  const platform = await startPlatform();
  let sound = false;
  try {
    const results = await fuzz(platform, { ...values, program, requests: Number(values.requests) });
    sound = report(results, values.seed);
  } finally {
    await platform.stop({ keep: values.keep || !sound });
    if (values.keep || !sound) say(`kept: ${platform.folder}`);
  }
  return sound ? 0 : 1;
}

async function fuzz(platform, options) {
  const files = { known: join(platform.folder, 'known.json'), document: join(platform.folder, 'openapi.json') };
  writeFileSync(files.known, JSON.stringify(await knownRequests(platform)));
  const text = await (await fetch(`${platform.url}/api/v2.0/openapi.json`)).text();
  writeFileSync(files.document, text);
  const operations = Object.values(JSON.parse(text).paths).flatMap(Object.keys).length;
  // The user is made when the administrator's run is over, which changes and deletes users.
  const accounts = { administrator: () => platform, user: () => makeUser(platform, 'contract-fuzz') };
  const results = [];
  for (const { name, share } of CALLERS) {
    const edges = name === 'administrator' && options.requests >= WITH_EDGES;
    const wanted = options.requests * share - (edges ? EDGES : 0);
    const run = { ...files, name, edges, account: await accounts[name]?.(), examples: Math.ceil(wanted / operations) };
    results.push(await runAs(platform, run, options));
  }
  return results;
}

/** One run of schemathesis; its own words are kept, what it found is read from its report. */
async function runAs(platform, { name, account, edges, examples, known, document }, { program, seed, workers }) {
  const answers = join(platform.folder, `${name}.ndjson`);
  const args = [
    'run',
    document,
    ...['--url', `${platform.url}/api/v2.0`, '--seed', seed, '--workers', workers],
    ...['--checks', CHECKS.join(), '--phases', edges ? 'coverage,fuzzing' : 'fuzzing', '--mode', 'all'],
    ...['--max-examples', String(Math.max(examples, 1)), '--continue-on-failure', '--no-shrink', '--no-color'],
    ...['--generation-database', 'none', '--suppress-health-check', 'all', '--request-timeout', '30'],
    ...['--report', 'ndjson', '--report-ndjson-path', answers],
    ...(account ? ['--auth', `${account.username}:${account.password}`] : []),
  ];
  const env = {
    ...process.env,
    SCHEMATHESIS_HOOKS: HOOKS,
    PYTHONDONTWRITEBYTECODE: '1',
    CONTRACT_FUZZ_KNOWN: known,
  };
  const { code, output } = await runProgram(program, args, { env, cwd: platform.folder });
  writeFileSync(join(platform.folder, `${name}.txt`), output);
  const lines = createInterface({ input: createReadStream(answers) });
  return { name, code, output, ...(await summarize(lines)) };
}

function runProgram(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** True: nothing was found, and schemathesis itself had no trouble. */
function report(results, seed) {
  let problems = 0;
  for (const result of results) {
    say(`${result.name}: ${describe(result).join('\n')}`);
    problems += result.findings.length;
    // It also ends with an error when it cannot read the document, or gives up on an operation.
    if (result.code === 0 || result.findings.length > 0) continue;
    problems++;
    say(`FAILED schemathesis ended with ${result.code}:\n${result.output.split('\n').slice(-40).join('\n')}`);
  }
  const sent = results.reduce((sum, { requests }) => sum + requests, 0);
  say(`${sent} requests with seed ${seed}: ${problems === 0 ? 'no problem' : `${problems} problems`}`);
  return problems === 0;
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
