import { createOutput, isNoise, readable } from './output.mjs';

it('puts the service in front of each line', () => {
  const written: string[] = [];
  const output = createOutput({ colour: false, write: (text: string) => written.push(text) });
  output.service('core')('hello');
  output.say('starting');
  expect(written).toEqual(['core          hello\n', 'breakwater    starting\n']);
});

it('reads the JSON lines of the services', () => {
  const line = {
    level: 50,
    time: 1,
    pid: 2,
    service: 'core',
    requestId: 'r1',
    req: { method: 'GET', url: '/x' },
    res: { statusCode: 500 },
    responseTime: 7,
    msg: 'failed',
    detail: 1,
  };
  expect(readable(JSON.stringify(line))).toBe('error failed GET /x 500 7 ms (request r1) {"detail":1}');
  expect(
    readable(JSON.stringify({ level: 60, msg: 'gone', err: { message: 'no', stack: 'Error: no\n  at x' } })),
  ).toContain('at x');
});

it.each(['plain text', '{"not json', '{"level":"high"}'])('leaves %j as it is', (line) =>
  expect(readable(line)).toBe(line),
);

it.each([
  ['postgres', '2026-11-22 20:00:00 UTC [1] LOG:  checkpoint complete', true],
  ['postgres', '2026-11-22 20:00:00 UTC [1] FATAL:  could not map shared memory', false],
  ['redis', '12:M 22 Nov 2026 20:41:45.180 # Server initialized', true],
  ['redis', "12:M 22 Nov 2026 20:41:45.180 # Can't open the append-only file", false],
  ['core', 'anything', false],
  ['core', '{"level":30,"time":1,"context":"RouterExplorer","msg":"Mapped"}', true],
  ['core', '{"level":50,"time":1,"context":"NestFactory","msg":"no"}', false],
])('%s: %j is noise: %s', (service, line, noise) => expect(isNoise(service, line)).toBe(noise));
