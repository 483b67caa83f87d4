import { Gate } from './gate.mjs';

describe('Gate', () => {
  it('opens when everybody is there, and counts them', async () => {
    const gate = new Gate(3);
    const passed: number[] = [];
    const waiting = [1, 2].map((number) => gate.pass().then(() => passed.push(number)));
    await Promise.resolve();
    expect(passed).toEqual([]);
    await gate.pass();
    await Promise.all(waiting);
    expect([passed, gate.arrived]).toEqual([[1, 2], 3]);
  });

  it('does not wait for who has given up', async () => {
    const gate = new Gate(2);
    gate.leave();
    await gate.pass();
    expect(gate.arrived).toBe(1);
  });
});
