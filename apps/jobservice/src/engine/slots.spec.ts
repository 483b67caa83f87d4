import { Slots } from './slots';

describe('Slots', () => {
  it('gives as many as there are, then to who waits longest', async () => {
    const slots = new Slots(2);
    const [first, second] = [await slots.take(0), await slots.take(0)];
    const order: string[] = [];
    const third = slots.take(1_000).then((release) => order.push('third') && release);
    const fourth = slots.take(1_000).then((release) => order.push('fourth') && release);
    first!();
    first!();
    await third;
    expect(order).toEqual(['third']);
    second!();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('answers nothing when none becomes free in time, and forgets who asked', async () => {
    const slots = new Slots(1);
    const release = await slots.take(0);
    expect(await slots.take(10)).toBeUndefined();
    release!();
    expect(await slots.take(0)).toBeDefined();
    expect(await slots.take(0)).toBeUndefined();
  });
});
