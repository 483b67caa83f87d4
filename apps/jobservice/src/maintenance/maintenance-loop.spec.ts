import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { MaintenanceLoop } from './maintenance-loop';

const quiet = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
afterEach(() => quiet.mockClear());

/** Runs what `rounds` say, one after another, then 0 for ever. */
function loopOf(rounds: (number | Error)[], everyMs = 5) {
  const starts: number[] = [];
  const run = async () => {
    const round = rounds[starts.length] ?? 0;
    starts.push(Date.now());
    if (round instanceof Error) throw round;
    return round;
  };
  return { starts, loop: new MaintenanceLoop({ name: 'test', everyMs, run }) };
}

describe('MaintenanceLoop', () => {
  it('goes on at once while there is more to do', async () => {
    const { starts, loop } = loopOf([3, 2, 1, 0], 10_000);
    loop.start();
    await sleep(50);
    await loop.stop();
    expect(starts).toHaveLength(4);
  });

  it('comes again after its time', async () => {
    const { starts, loop } = loopOf([], 20);
    loop.start();
    await sleep(150);
    await loop.stop();
    expect(starts.length).toBeGreaterThan(2);
    for (const [i, start] of starts.slice(1).entries()) expect(start - starts[i]!).toBeGreaterThanOrEqual(15);
  });

  it('logs a round that fails and goes on', async () => {
    const { starts, loop } = loopOf([new Error('once'), 0], 5);
    loop.start();
    await sleep(60);
    await loop.stop();
    expect(quiet).toHaveBeenCalledTimes(1);
    expect(starts.length).toBeGreaterThan(1);
  });

  it('does not run wild when every round fails', async () => {
    const { starts, loop } = loopOf(new Array<Error>(1_000).fill(new Error('always')), 20);
    loop.start();
    await sleep(100);
    await loop.stop();
    expect(starts.length).toBeLessThan(10);
  });

  it('stops after the round that is going on, and only then', async () => {
    let ended = false;
    const run = async () => {
      await sleep(50);
      ended = true;
      return 1;
    };
    const loop = new MaintenanceLoop({ name: 'test', everyMs: 1, run });
    loop.start();
    await sleep(10);
    await loop.stop();
    expect(ended).toBe(true);
    ended = false;
    await sleep(80);
    expect(ended).toBe(false);
  });

  it('stops at once while it waits, and when it never started', async () => {
    const { loop } = loopOf([], 60_000);
    loop.start();
    await sleep(10);
    await loop.stop();
    await loopOf([]).loop.stop();
  });

  it('runs once however often it is started', async () => {
    const { starts, loop } = loopOf([], 60_000);
    loop.start();
    loop.start();
    await sleep(20);
    await loop.stop();
    expect(starts).toHaveLength(1);
  });
});
