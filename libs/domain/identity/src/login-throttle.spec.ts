import { LoginThrottle } from './login-throttle';

describe('LoginThrottle', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const fail = (throttle: LoginThrottle, times: number): void => {
    for (let attempt = 0; attempt < times; attempt += 1) throttle.failed('alice', '10.0.0.1');
  };
  const pause = (throttle: LoginThrottle, name = 'alice', address = '10.0.0.1'): number => {
    try {
      throttle.assertAllowed(name, address);
      return 0;
    } catch (error) {
      return Number((error as { headers: Record<string, string> }).headers['retry-after']);
    }
  };

  it.each([
    [4, 0],
    [5, 2],
    [6, 3],
    [7, 6],
    [8, 12],
    [9, 24],
    [10, 30],
    [50, 30],
  ])('after %i wrong passwords waits %i s', (failures, seconds) => {
    const throttle = new LoginThrottle();
    fail(throttle, failures);
    expect(pause(throttle)).toBe(seconds);
  });

  it('ends the pause by itself, and forgets after a login', () => {
    const throttle = new LoginThrottle();
    fail(throttle, 5);
    jest.advanceTimersByTime(1_500);
    expect(pause(throttle)).toBe(0);
    throttle.failed('alice', '10.0.0.1');
    expect(pause(throttle)).toBe(3);
    throttle.succeeded('alice', '10.0.0.1');
    fail(throttle, 4);
    expect(pause(throttle)).toBe(0);
  });

  it('concerns one name from one address', () => {
    const throttle = new LoginThrottle();
    fail(throttle, 9);
    expect(pause(throttle, 'bob')).toBe(0);
    expect(pause(throttle, 'alice', '10.0.0.2')).toBe(0);
  });
});
