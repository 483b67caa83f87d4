import { parseCommandLine } from './arguments.mjs';

describe('the command line of npm start', () => {
  it('gives trust data a port of its own when it is asked to', () => {
    expect(parseCommandLine([]).notaryPort).toBeUndefined();
    expect(parseCommandLine(['--notary-port', '4443']).notaryPort).toBe(4443);
    expect(() => parseCommandLine(['--notary-port', '8443'])).toThrow('--notary-port is a port of its own');
  });

  it('has defaults for everything', () => {
    expect(parseCommandLine([])).toMatchObject({
      httpPort: 8080,
      httpsPort: 8443,
      listen: [],
      hostnames: [],
      install: true,
      dev: false,
    });
  });

  it('takes lists by repetition or commas, and addresses with or without brackets', () => {
    const options = parseCommandLine([
      '--listen',
      '0.0.0.0,[::]',
      '--hostname',
      'a.example',
      '--hostname',
      'b.example,192.0.2.7',
    ]);
    expect(options.listen).toEqual(['0.0.0.0', '::']);
    expect(options.hostnames).toEqual(['a.example', 'b.example', '192.0.2.7']);
  });

  it('prefers the option to the environment', () => {
    const env = { DATABASE_URL: 'postgres://env/db', REDIS_URL: 'redis://env' };
    const options = parseCommandLine(['--database-url', 'postgres://option/db'], env);
    expect(options).toMatchObject({ databaseUrl: 'postgres://option/db', redisUrl: 'redis://env' });
  });

  it.each([
    [['--http-port', '70000'], '--http-port takes a port from 1 to 65535, not "70000"'],
    [['--http-port', '80.5'], '--http-port takes a port'],
    [['--metrics-port', 'x'], '--metrics-port takes a port'],
    [['--https-port', '8080'], 'must differ'],
    [['--listen', 'example.org'], 'names go to --hostname'],
    [['--tls-cert', 'a.crt'], 'belong together'],
    [['--database-url', 'mysql://x'], 'not an address of the right kind'],
    [['--unknown'], "Unknown option '--unknown'"],
  ])('refuses %j', (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(message);
  });
});
