#!/usr/bin/env node
// `npm run footprint`: how long a prepared platform takes to start, and what memory it takes at rest. See --help.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.mjs';
import { groupByName, megabytes, memoryBelow } from '../lab/memory.mjs';
import { freePorts } from '../services/ports.mjs';

const START = fileURLToPath(new URL('../start/start.mjs', import.meta.url));
const READY_MS = 300_000;
const STOP_MS = 40_000;
const POLL_MS = 50;
const help = `usage: npm run footprint -- [options]
Starts a platform once, so that it is prepared, stops it, and starts it again: the seconds until a login is answered, as
docker does it through the front door. Then the memory of each process after a while at rest. Linux only.

  --starts <n>      measured starts (default 3)
  --seconds <n>     at rest before memory is read (default 30)
`;

async function main() {
  const { values } = parseArgs({
    options: {
      starts: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '30' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return process.stdout.write(help);
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-footprint-'));
  chmodSync(folder, 0o755);
  try {
    await measure({ folder, starts: Number(values.starts), seconds: Number(values.seconds) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ folder, starts, seconds }) {
  const password = `Footprint-${randomBytes(9).toString('hex')}A1`;
  const place = { data: join(folder, 'data'), log: join(folder, 'log'), password };
  say(describeMachine());
  await (await start(place)).stop();
  const times = [];
  for (let round = 1; round <= starts; round++) {
    const platform = await start(place);
    times.push(platform.seconds);
    say(`start ${round}: a login was answered after ${platform.seconds.toFixed(1)} s`);
    if (round === starts) await describeRest(platform, seconds);
    await platform.stop();
  }
  times.sort((a, b) => a - b);
  say(`median of ${starts} starts: ${times[Math.floor(starts / 2)].toFixed(1)} s`);
}

async function describeRest({ pid }, seconds) {
  await sleep(seconds * 1_000);
  const all = memoryBelow(pid);
  for (const [name, list] of groupByName(all)) say(line(name, list));
  say(line(`everything, after ${seconds} s at rest`, all));
}

function line(name, list) {
  const sum = (field) => megabytes(list.reduce((total, item) => total + item[field], 0));
  return `${name}: ${sum('pss')} (PSS), ${sum('rss')} resident, in ${list.length} processes`;
}

/** Resolves when a login is answered; `seconds` since the command was given. */
async function start({ data, log, password }) {
  const [httpPort, httpsPort] = await freePorts(2);
  const args = ['--http-port', String(httpPort), '--https-port', String(httpsPort), '--data', data, '--no-install'];
  const url = `http://127.0.0.1:${httpPort}`;
  const began = performance.now();
  const env = { ...process.env, HARBOR_ADMIN_PASSWORD: password };
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  };
  while (!(await logsIn(url, password).catch(() => false))) {
    if (child.exitCode !== null)
      throw new Error(`npm start ended with ${child.exitCode}:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
    if (performance.now() - began > READY_MS) throw new Error('the platform did not come up');
    await sleep(POLL_MS);
  }
  return { pid: child.pid, seconds: (performance.now() - began) / 1_000, stop };
}

/** `docker login`: the challenge of /v2/, a token with the password, /v2/ with the token. */
async function logsIn(url, password) {
  const challenge = await fetch(`${url}/v2/`);
  const [, realm] = /realm="([^"]+)"/.exec(challenge.headers.get('www-authenticate') ?? '') ?? [];
  if (!realm) return false;
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  const answer = await fetch(`${realm}?service=harbor-registry&account=admin`, { headers: { authorization } });
  if (!answer.ok) return false;
  const { token } = await answer.json();
  return (await fetch(`${url}/v2/`, { headers: { authorization: `Bearer ${token}` } })).ok;
}

const say = (text) => process.stdout.write(`${text}\n`);

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
