import { AppError } from '@breakwater/kernel';
import fc from 'fast-check';
import { displaySize, usageAfter } from './quota-arithmetic';

const size = fc.integer({ min: 0, max: 2 ** 50 });

describe('usageAfter', () => {
  it('adds and takes away what was added', () => {
    fc.assert(
      fc.property(size, size, (used, bytes) => {
        const after = usageAfter({ hard: -1, used }, bytes);
        expect(after).toBe(used + bytes);
        expect(usageAfter({ hard: -1, used: after }, -bytes)).toBe(used);
      }),
    );
  });

  it('never exceeds the limit, and refuses exactly what would', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 2 ** 50 }), (hard, used, bytes) => {
        if (used + bytes <= hard) expect(usageAfter({ hard, used }, bytes)).toBeLessThanOrEqual(hard);
        else expect(() => usageAfter({ hard, used }, bytes)).toThrow(AppError);
      }),
    );
  });

  it('always takes bytes back, above the limit too, and never falls below zero', () => {
    fc.assert(
      fc.property(size, size, size, (hard, used, bytes) => {
        expect(usageAfter({ hard, used }, -bytes)).toBe(Math.max(0, used - bytes));
      }),
    );
  });

  it('is the same for many parts as for their sum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 30 })), (parts) => {
        const used = parts.reduce((sum, part) => usageAfter({ hard: -1, used: sum }, part), 0);
        expect(used).toBe(parts.reduce((sum, part) => sum + part, 0));
      }),
    );
  });

  it("refuses with Harbor's sentence", () => {
    const mib = 1024 * 1024;
    expect(() => usageAfter({ hard: 12 * mib, used: 5 * mib }, 10 * mib)).toThrow(
      expect.objectContaining({
        code: 'DENIED',
        reason: 'quota.exceeded',
        message:
          'adding 10.0 MiB of storage resource, which when updated to current usage of 5.0 MiB will exceed the configured upper limit of 12.0 MiB.',
        params: { bytes: 10 * mib, used: 5 * mib, hard: 12 * mib },
      }),
    );
  });
});

describe('displaySize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [2 ** 40, '1.0 TiB'],
    [2 ** 60, '1.0 EiB'],
  ])('%d is %s', (bytes, text) => {
    expect(displaySize(bytes)).toBe(text);
  });
});
