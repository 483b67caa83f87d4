import fc from 'fast-check';
import { UploadIds } from './upload-ids';

const config = { SECRET_KEY: 'a secret key of tests', UPLOAD_TTL_SECONDS: 60 };
const ids = new UploadIds(config);
const algorithm = fc.constantFrom('sha256' as const, 'sha512' as const);

afterEach(() => jest.useRealTimers());

describe('UploadIds', () => {
  it('makes UUIDs of version 8 that tell what they were made for, here and on other replicas', () => {
    fc.assert(
      fc.property(algorithm, fc.string(), (wanted, repository) => {
        const id = ids.make(repository, wanted);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(new UploadIds(config).read(id, repository)).toEqual({ algorithm: wanted });
      }),
    );
  });

  it('knows none of another repository, of another installation, or with a digit changed', () => {
    const id = ids.make('p/app', 'sha256');
    expect(ids.read(id, 'p/other')).toBeUndefined();
    expect(new UploadIds({ ...config, SECRET_KEY: 'another secret key' }).read(id, 'p/app')).toBeUndefined();
    for (const at of [...id].flatMap((digit, index) => (digit === '-' ? [] : [index]))) {
      const digit = id[at] === '0' ? '1' : '0';
      expect(ids.read(id.slice(0, at) + digit + id.slice(at + 1), 'p/app')).toBeUndefined();
    }
  });

  it.each(['', 'x', '00000000-0000-4000-8000-000000000000'])('knows none such as "%s"', (id) => {
    expect(ids.read(id, 'p/app')).toBeUndefined();
  });

  it('knows none that is too old, or that has ended', () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    const [old, ended] = [ids.make('p/app', 'sha256'), ids.make('p/app', 'sha256')];
    jest.setSystemTime(Date.UTC(2026, 0, 1, 0, 0, 59));
    expect(ids.read(old, 'p/app')).toBeDefined();
    ids.markEnded(ended);
    expect(ids.read(ended, 'p/app')).toBeUndefined();
    jest.setSystemTime(Date.UTC(2026, 0, 1, 0, 1, 0));
    expect(ids.read(old, 'p/app')).toBeUndefined();
  });

  it('makes no two that are the same', () => {
    const made = new Set(Array.from({ length: 10_000 }, () => ids.make('p/app', 'sha256')));
    expect(made.size).toBe(10_000);
  });
});
