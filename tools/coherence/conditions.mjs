// What happens to the replicas while they are raced.
import { setTimeout as sleep } from 'node:timers/promises';

const LATE_MS = 500;

/** Name → what starts it; that gives back what ends it. */
export const CONDITIONS = {
  calm: () => async () => {},
  late: ({ lab }) => {
    lab.proxy.delayMs = LATE_MS;
    return async () => {
      lab.proxy.delayMs = 0;
    };
  },
  'cut-off': (world) =>
    repeat(async ({ lab, random }) => {
      lab.proxy.freeze();
      await sleep(random.int(100, 4_000));
      lab.proxy.thaw();
      await sleep(random.int(100, 1_500));
    }, world),
  broken: (world) =>
    repeat(async ({ lab, random }) => {
      await sleep(random.int(300, 2_500));
      await lab.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('breakwater-lease', 'breakwater-changes')",
      );
    }, world),
  redis: (world) =>
    repeat(async ({ lab, random }) => {
      await sleep(random.int(300, 1_500));
      await lab.redis.kill();
      await sleep(random.int(0, 1_500));
      await lab.redis.start();
    }, world),
  stopped: (world) =>
    repeat(async ({ lab, random }) => {
      const replica = random.pick([lab.registries[1], lab.registries[1], lab.registries[0], lab.cores[1]]);
      replica.pause();
      await sleep(random.int(100, 4_000));
      replica.resume();
      await sleep(random.int(100, 1_500));
    }, world),
};

/** How many of a hundred rounds are under which condition. */
export const SHARES = { calm: 45, late: 15, 'cut-off': 10, broken: 10, redis: 10, stopped: 10 };

function repeat(step, world) {
  let isOver = false;
  const loop = async () => {
    while (!isOver) await step(world);
  };
  const running = loop();
  return async () => {
    isOver = true;
    await running;
  };
}
