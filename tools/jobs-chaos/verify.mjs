// What must be true when everything has ended.
import { effectsOf } from './jobs.mjs';

const MINUTE_MS = 60_000;
/** An instant so short ago may not have fired yet. */
const GRACE_MS = 5_000;

/** @returns {Promise<{ figures: Record<string, number>, problems: string[] }>} */
export async function verify({ lab, written, asked, schedules }) {
  const tasks = await lab.sql(
    'SELECT t.id::int, job_type, t.status, t.status_message, t.run, t.serial_key, e.status AS execution FROM task t JOIN execution e ON e.id = t.execution_id ORDER BY t.id',
  );
  const expected = tasks.flatMap(({ id, job_type }) => effectsOf(job_type, id));
  const rows = (await lab.sql('SELECT key FROM chaos_effect')).map(({ key }) => key);
  const keys = (await lab.sql(`SELECT key FROM execution WHERE key LIKE 'schedule-%'`)).map(({ key }) => key);
  const instants = schedules.flatMap(instantsOf);
  const problems = [
    ...tasks
      .filter(({ status, execution }) => status !== 'Success' || execution !== 'Success')
      .map(({ id, status, status_message }) => `task ${id} is ${status}: ${status_message}`),
    ...compare('the ledger', written, expected),
    ...compare('Postgres', rows, expected),
    ...compare('the schedules', keys, instants),
    ...outOfOrder(tasks, written),
  ];
  const figures = {
    tasks: tasks.length,
    'runs of tasks': tasks.reduce((sum, { run }) => sum + run, 0),
    'effects in the ledger': written.length,
    'asked for again under their key': [...asked.values()].reduce((sum, times) => sum + times - 1, 0),
    'effects in Postgres': rows.length,
    'instants of schedules': keys.length,
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

/** The first instant of a schedule, then each full minute. */
function instantsOf({ id, first }) {
  const instants = [first.getTime()];
  for (let next = Math.floor(first / MINUTE_MS + 1) * MINUTE_MS; next < Date.now() - GRACE_MS; next += MINUTE_MS)
    instants.push(next);
  return instants.map((time) => `schedule-${id}-${time / 1_000}`);
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
