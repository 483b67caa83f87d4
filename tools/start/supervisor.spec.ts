import { pauseAfter, Supervisor } from './supervisor.mjs';

interface Exit {
  code: number | null;
  signal: string | null;
}

/** A service that ends when told, and counts how often it was started. */
function fakeService() {
  const events: string[] = [];
  let end: (exit: Exit) => void = () => {};
  const start = async () => {
    events.push('start');
    const exited = new Promise<Exit>((resolve) => {
      end = resolve;
    });
    const stop = async () => {
      events.push('stop');
      end({ code: 0, signal: null });
    };
    return { exited, stop };
  };
  return { start, events, crash: () => end({ code: 3, signal: null }) };
}

const waitFor = async (test: () => boolean) => {
  for (let waited = 0; !test() && waited < 5_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
};

it('waits longer after each failure, up to half a minute', () => {
  expect([1, 2, 3, 7, 20].map(pauseAfter)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
});

it('starts a service again when it ends by itself, and says so', async () => {
  const said: string[] = [];
  const service = fakeService();
  const supervisor = new Supervisor((text: string) => said.push(text));
  await supervisor.add('core', service.start);
  service.crash();
  await waitFor(() => said.length === 2);
  expect(service.events).toEqual(['start', 'start']);
  expect(said).toEqual(['core ended with exit code 3, starting it again in 0.5 s', 'core is running again']);
  await supervisor.stopAll([{ names: ['core'], graceMs: 100 }]);
});

it('stops group after group and starts nothing again', async () => {
  const order: string[] = [];
  const supervisor = new Supervisor((text: string) => order.push(text));
  for (const name of ['postgres', 'core', 'nginx']) {
    const { start } = fakeService();
    await supervisor.add(name, async () => {
      const handle = await start();
      return { ...handle, stop: () => handle.stop().then(() => void order.push(name)) };
    });
  }
  await supervisor.stopAll([
    { names: ['nginx'], graceMs: 1 },
    { names: ['core'], graceMs: 1 },
    { names: ['postgres'], graceMs: 1 },
  ]);
  expect(order).toEqual(['nginx', 'core', 'postgres']);
});

it('passes a failed first start on', async () => {
  const supervisor = new Supervisor(() => {});
  await expect(supervisor.add('core', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
