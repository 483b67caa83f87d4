import type { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { crossesWarning, usageAfter } from './quota-arithmetic';
import { QuotaEvents } from './quota-events';

const actor = { name: 'admin', address: '', userAgent: '' };
const cause = { projectId: 1, repository: 'library/app', actor };
const mib = 1024 * 1024;

function bench(fails = false) {
  const added: { topic: string; key: string; payload: unknown }[] = [];
  const outbox = {
    add: async (event: (typeof added)[number]) => {
      if (fails) throw new Error('away');
      added.push(event);
    },
  };
  return { added, events: new QuotaEvents(outbox as unknown as Outbox) };
}

describe('crossesWarning', () => {
  it.each([
    [100, 84, 85, true],
    [100, 85, 86, false],
    [100, 0, 100, true],
    [100, 90, 80, false],
    [-1, 0, 2 ** 50, false],
    [0, 0, 0, false],
  ])('of %d, from %d to %d: %s', (hard, used, after, expected) => {
    expect(crossesWarning({ hard, used }, after)).toBe(expected);
  });

  it('happens once on the way up, however many pushes there are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 50 }), (pushes) => {
        let used = 0;
        let crossings = 0;
        for (const bytes of pushes) {
          const after = used + bytes;
          if (crossesWarning({ hard: 200, used }, after)) crossings++;
          used = after;
        }
        expect(crossings).toBe(used >= 170 ? 1 : 0);
      }),
    );
  });
});

describe('QuotaEvents', () => {
  it('warns when a push brings usage over the line', async () => {
    const { added, events } = bench();
    await events.counted(cause, { hard: 100 * mib, used: 80 * mib }, 84 * mib);
    await events.counted({ ...cause, digest: 'sha256:abc', tag: 'v1' }, { hard: 100 * mib, used: 84 * mib }, 90 * mib);
    await events.counted(cause, { hard: 100 * mib, used: 90 * mib }, 95 * mib);
    expect(added).toEqual([
      {
        topic: 'quota.warned',
        key: 'library/app',
        payload: {
          ...cause,
          project: 'library',
          digest: 'sha256:abc',
          tag: 'v1',
          details: 'quota usage reach 85%: resource storage used 90.0 MiB of 100.0 MiB',
        },
      },
    ]);
  });

  const refusal = (): unknown => {
    try {
      return usageAfter({ hard: 10, used: 5 }, 6);
    } catch (error) {
      return error;
    }
  };

  it('tells of a refused push, once a minute for a repository', async () => {
    const { added, events } = bench();
    for (let i = 0; i < 5; i++) await events.refused(cause, refusal());
    await events.refused({ ...cause, repository: 'library/other' }, refusal());
    expect(added.map(({ topic, key }) => [topic, key])).toEqual([
      ['quota.exceeded', 'library/app'],
      ['quota.exceeded', 'library/other'],
    ]);
    expect(added[0]!.payload).toEqual({
      ...cause,
      project: 'library',
      details: expect.stringContaining('will exceed the configured upper limit'),
    });
  });

  it('tells of no other refusal, and leaves the refusal as it is when nothing can be told', async () => {
    const { added, events } = bench();
    await events.refused(cause, new AppError('DENIED', 'no'));
    await events.refused(cause, new Error('no'));
    expect(added).toEqual([]);
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await expect(bench(true).events.refused(cause, refusal())).resolves.toBeUndefined();
    warn.mockRestore();
  });
});
