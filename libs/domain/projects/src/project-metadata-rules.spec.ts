import { AppError } from '@breakwater/kernel';
import { readAllMetadata, readMetadata } from './project-metadata-rules';

describe('readMetadata', () => {
  it.each([
    ['public', 'TRUE', 'true'],
    ['auto_scan', 'f', 'false'],
    ['severity', 'Critical', 'critical'],
    ['proxy_speed_kb', '-1', '-1'],
    ['proxy_cache_filter_kind', 'regex', 'regex'],
    ['proxy_cache_filter_pattern', '**/app', '**/app'],
  ])('%s=%s is stored as %s', (name, value, stored) => {
    expect(readMetadata(name, value)).toEqual([name, stored]);
  });

  it.each([
    ['public', 'yes'],
    ['severity', 'unknown'],
    ['proxy_speed_kb', '1.5'],
    ['max_upstream_conn', '-2'],
    ['proxy_cache_filter_kind', 'glob'],
    ['proxy_cache_filter_pattern', 'x'.repeat(256)],
    ['retention_id', '1'],
    ['toString', 'true'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readMetadata(name, value)).toThrow(AppError);
  });
});

describe('readAllMetadata', () => {
  it('skips what is not set and what only the server sets', () => {
    expect(readAllMetadata({ public: 'true', severity: null, auto_scan: undefined, retention_id: '7' })).toEqual(
      new Map([['public', 'true']]),
    );
  });
});
