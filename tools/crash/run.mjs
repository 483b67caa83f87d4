// One run: pushes and kills side by side, then the comparison of what is there with what was acknowledged.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf } from '../fuzz/random.mjs';
import { FrontDoor } from './http.mjs';
import { Journal } from './journal.mjs';
import { makePlan } from './plan.mjs';
import { Pusher } from './pusher.mjs';
import { verifyContent } from './verify-content.mjs';
import { uploadFiles, verifyDatabase } from './verify-database.mjs';
import { verifySessions } from './verify-sessions.mjs';

/** A failpoint that was not reached by then lies on no way that clients take: that is a fault. */
const FAILPOINT_MS = 60_000;
const LIMITED = 'crash-limited';
const UNLIMITED = 'crash-unlimited';
const REPOSITORIES = [`${LIMITED}/app`, `${LIMITED}/team/app`, `${UNLIMITED}/app`, `${UNLIMITED}/tools`];
const LIMIT_BYTES = 1024 ** 4;

/**
 * @param {{ platform: object, kills: number, seed: number, clients: number, say: (line: string) => void }} options
 * @returns {Promise<{ figures: [string, object][], problems: string[] }>}
 */
export async function crashRun({ platform, kills, seed, clients, say }) {
  const door = new FrontDoor(platform.httpPort, { username: 'admin', password: platform.secrets.adminPassword });
  try {
    await makeProject(door, LIMITED, LIMIT_BYTES);
    await makeProject(door, UNLIMITED, -1);
    const journal = new Journal(join(platform.folder, 'acknowledgements.jsonl'));
    const sessions = new Map();
    const pushers = Array.from({ length: clients }, (_, index) => {
      const random = randomOf(seed, index);
      return new Pusher({ door, journal, sessions, random, name: `client-${index + 1}`, repositories: REPOSITORIES });
    });
    const pushing = Promise.all(pushers.map((pusher) => pusher.run()));
    pushing.catch(() => undefined);
    const done = await Promise.race([killAll(platform, makePlan({ kills, seed }), say), pushing]);
    for (const pusher of pushers) pusher.finish();
    await pushing;
    say('every push under way was acknowledged; looking at what is there …');
    return await verify({ platform, door, journal, sessions, pushers, done });
  } finally {
    door.close();
  }
}

async function verify({ platform, door, journal, sessions, pushers, done }) {
  const query = (sql) => platform.query(sql);
  const { storage } = platform.data;
  const checks = [
    ['upload sessions', await verifySessions({ door, query, sessions })],
    ['pulled and hashed', await verifyContent({ door, entries: journal.entries() })],
    ['rows and files', await verifyDatabase({ query, storage })],
  ];
  checks[2][1].counts.uploadFilesWithoutSession = uploadFiles(storage).length;
  const unexpected = pushers.flatMap(({ problems }) => problems.map((problem) => `a client was told: ${problem}`));
  return {
    figures: [
      ['kills', done.counts],
      ['clients', addUp(pushers.map(({ counts }) => counts))],
      ...checks.map(([title, { counts }]) => [title, counts]),
    ],
    problems: [...done.problems, ...unexpected, ...checks.flatMap(([, { problems }]) => problems)],
  };
}

async function killAll(platform, plan, say) {
  const done = { counts: { total: 0, registry: 0, nginx: 0, postgres: 0, failpoints: 0 }, problems: [] };
  const count = (service, where) => {
    done.counts.total += 1;
    done.counts[service] += 1;
    if (where) done.counts.failpoints += 1;
    say(`kill ${String(done.counts.total).padStart(3)}: ${service}${where ? ` at ${where}` : ''}`);
  };
  await Promise.all([
    killRegistry(platform.registry, plan.registry, { count, problems: done.problems }),
    killOthers(platform, plan.others, count),
  ]);
  return done;
}

/** The first one dies at once, so that the next can be started with its failpoint. */
async function killRegistry(registry, kills, { count, problems }) {
  await registry.stop();
  for (const { failpoint, afterMs } of kills) {
    const settings = failpoint ? { NODE_ENV: 'test', BREAKWATER_FAILPOINT: failpoint } : {};
    const up = await registry.up(settings);
    if (failpoint && up && !(await endsWithin(registry.handle, FAILPOINT_MS))) {
      problems.push(`the failpoint ${failpoint} was not reached within ${FAILPOINT_MS / 1_000} s`);
      await registry.kill();
    } else if (!failpoint) {
      await sleep(afterMs);
      await registry.kill();
    }
    count('registry', failpoint);
  }
  await registry.up();
}

async function killOthers(platform, kills, count) {
  for (const { service, afterMs } of kills) {
    await sleep(afterMs);
    await platform[service].kill();
    count(service);
    await platform[service].up();
  }
}

async function endsWithin({ exited }, milliseconds) {
  const timer = new AbortController();
  const late = sleep(milliseconds, false, { signal: timer.signal, ref: false }).catch(() => false);
  const ended = await Promise.race([exited.then(() => true), late]);
  timer.abort();
  return ended;
}

async function makeProject(door, name, limit) {
  const body = Buffer.from(JSON.stringify({ project_name: name, metadata: { public: 'false' }, storage_limit: limit }));
  const answer = await door.send('POST', '/api/v2.0/projects', {
    body,
    headers: { 'content-type': 'application/json' },
  });
  if (answer.status !== 201) throw new Error(`the project ${name} was answered ${answer.status}: ${answer.body}`);
}

function addUp(list) {
  const sum = {};
  for (const counts of list) {
    for (const [name, value] of Object.entries(counts)) {
      sum[name] = typeof value === 'number' ? (sum[name] ?? 0) + value : addUp([sum[name] ?? {}, value]);
    }
  }
  return sum;
}
