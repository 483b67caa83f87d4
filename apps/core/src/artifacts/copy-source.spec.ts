import { parseCopySource } from './copy-source';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseCopySource', () => {
  it.each([
    ['lib/app:v1', 'lib/app', 'v1'],
    [`lib/team/app@${digest}`, 'lib/team/app', digest],
    [`lib/app:v1@${digest}`, 'lib/app', digest],
  ])('%s', (from, repository, reference) => {
    expect(parseCopySource(from)).toEqual({ repository, reference });
  });

  it.each([
    '',
    'lib/app',
    'app:v1',
    ':v1',
    'lib/app:',
    'lib/app@v1',
    'lib/app@sha256:abc',
    'lib/app:a b',
    'LIB/app:v1',
    '../lib/app:v1',
    'host:5000/lib/app:v1',
    `lib/app:v1@${digest}@${digest}`,
  ])('refuses %j', (from) => {
    expect(() => parseCopySource(from)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
