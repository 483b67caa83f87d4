import { armFailpoint, failpoint, failpoints, parseFailpoint } from './failpoints';

let kill: jest.SpyInstance;

beforeEach(() => {
  kill = jest.spyOn(process, 'kill').mockReturnValue(true);
});
afterEach(() => {
  armFailpoint(undefined);
  kill.mockRestore();
});

describe('failpoint', () => {
  it('does nothing unless it is armed', () => {
    for (const name of failpoints) failpoint(name);
    expect(kill).not.toHaveBeenCalled();
  });

  it('kills the process, and nothing else, when it is reached as often as was said', () => {
    armFailpoint({ name: 'upload.after-rename', arrivals: 2 });
    failpoint('upload.after-rename');
    failpoint('upload.after-fsync');
    expect(kill).not.toHaveBeenCalled();
    failpoint('upload.after-rename');
    failpoint('upload.after-rename');
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
  });
});

describe('parseFailpoint', () => {
  it('reads a name with or without a number of arrivals', () => {
    expect(parseFailpoint('blob.before-201')).toEqual({ name: 'blob.before-201', arrivals: 1 });
    expect(parseFailpoint('blob.before-201:12')).toEqual({ name: 'blob.before-201', arrivals: 12 });
  });

  it.each(['', 'blob', 'blob.before-202', 'blob.before-201:0', 'blob.before-201:x', 'blob.before-201:'])(
    'knows no %p',
    (text) => {
      expect(parseFailpoint(text)).toBeUndefined();
    },
  );
});
