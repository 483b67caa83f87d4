// What must be true when everything has ended.
import { effectsOf } from './jobs.mjs';

const MINUTE_MS = 60_000;
/** An instant so short ago may not have fired yet. */
const GRACE_MS = 5_000;
/** A row's time is its transaction's, a little before the look at the clock that decides. */
const CLOCK_MS = 500;

/** @returns {Promise<{ figures: Record<string, number>, problems: string[] }>} */
export async function verify({ lab, written, asked, schedules }) {
  const tasks = await lab.sql(
    'SELECT t.id::int, job_type, t.status, t.status_message, t.run, t.serial_key, e.status AS execution FROM task t JOIN execution e ON e.id = t.execution_id ORDER BY t.id',
  );
  const expected = tasks.flatMap(({ id, job_type }) => effectsOf(job_type, id));
  const rows = (await lab.sql('SELECT key FROM chaos_effect')).map(({ key }) => key);
  const fired = await lab.sql(`SELECT key, start_time AS time FROM execution WHERE key LIKE 'schedule-%'`);
  const problems = [
    ...tasks
      .filter(({ status, execution }) => status !== 'Success' || execution !== 'Success')
      .map(({ id, status, status_message }) => `task ${id} is ${status}: ${status_message}`),
    ...compare('the ledger', written, expected),
    ...compare('Postgres', rows, expected),
    ...wrongInstants(schedules, fired),
    ...outOfOrder(tasks, written),
  ];
  const figures = {
    tasks: tasks.length,
    'runs of tasks': tasks.reduce((sum, { run }) => sum + run, 0),
    'effects in the ledger': written.length,
    'asked for again under their key': [...asked.values()].reduce((sum, times) => sum + times - 1, 0),
    'effects in Postgres': rows.length,
    'instants of schedules': fired.length,
  };
  return { figures, problems };
}

/** Each expected one once, and no others. */
function compare(where, found, expected) {
  const times = new Map();
  for (const key of found) times.set(key, (times.get(key) ?? 0) + 1);
  const missing = expected.filter((key) => !times.has(key)).map((key) => `${where}: ${key} is missing`);
  const wanted = new Set(expected);
  const wrong = [...times].filter(([key, count]) => count !== 1 || !wanted.has(key));
  return [...missing, ...wrong.map(([key, count]) => `${where}: ${key} is there ${count} times`)];
}

/**
 * Each instant once: the first of each schedule, then each full minute. Left out are only those that had passed when the
 * one before fired late, which makes up for them, and those just now.
 */
function wrongInstants(schedules, fired) {
  const times = new Map(fired.map(({ key, time }) => [key, time.getTime()]));
  const problems = [];
  for (const { id, first } of schedules) {
    let last = 0;
    for (const instant of instantsOf(first)) {
      const key = `schedule-${id}-${instant / 1_000}`;
      const time = times.get(key);
      times.delete(key);
      if (time !== undefined) last = time;
      else if (last + CLOCK_MS < instant && instant < Date.now() - GRACE_MS)
        problems.push(`the schedules: ${key} is missing`);
    }
  }
  return [...problems, ...[...times.keys()].map((key) => `the schedules: ${key} was never due`)];
}

function instantsOf(first) {
  const instants = [first.getTime()];
  for (let next = Math.floor(first / MINUTE_MS + 1) * MINUTE_MS; next < Date.now(); next += MINUTE_MS)
    instants.push(next);
  return instants;
}

/** Tasks of one serial key have their effects one after another. */
function outOfOrder(tasks, written) {
  const place = new Map(written.map((key, index) => [key, index]));
  const last = new Map();
  const problems = [];
  for (const { id, job_type, serial_key } of tasks.filter((task) => task.serial_key !== null)) {
    const places = effectsOf(job_type, id).map((key) => place.get(key));
    if (Math.min(...places) < (last.get(serial_key) ?? -1))
      problems.push(`task ${id} began too early for ${serial_key}`);
    last.set(serial_key, Math.max(...places));
  }
  return problems;
}
