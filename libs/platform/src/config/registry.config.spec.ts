import { availableParallelism } from 'node:os';
import { loadConfig } from './load-config';
import { registryConfig } from './registry.config';

const secret = '0123456789abcdef';
const common = {
  PORT: '5000',
  INTERNAL_SECRET: secret,
  SECRET_KEY: secret,
  DATABASE_URL: 'postgres://u:p@localhost/db',
  REDIS_URL: 'redis://localhost',
};
const load = (settings: Record<string, string>) => loadConfig(registryConfig, { ...common, ...settings });

describe('where the blobs lie', () => {
  it('is a folder unless told otherwise', () => {
    expect(load({ STORAGE_ROOT: '/blobs' })).toMatchObject({
      STORAGE_DRIVER: 'filesystem',
      STORAGE_ROOT: '/blobs',
      BLOB_DELIVERY: 'stream',
    });
  });

  it('is a bucket, which needs no folder', () => {
    const config = load({ STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', S3_ENCRYPT: 'true', BLOB_DELIVERY: 'redirect' });
    expect(config).toMatchObject({ STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', S3_ENCRYPT: true, S3_CHUNKSIZE: 8 << 20 });
    expect(config.STORAGE_ROOT).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    ['STORAGE_ROOT', {}],
    ['S3_BUCKET', { STORAGE_DRIVER: 's3' }],
    ['S3_SECRETKEY', { STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', S3_ACCESSKEY: 'key' }],
    ['BLOB_DELIVERY', { STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', BLOB_DELIVERY: 'accel' }],
    ['BLOB_DELIVERY', { STORAGE_ROOT: '/blobs', BLOB_DELIVERY: 'redirect' }],
  ])('says what is wrong with %s', (name, settings) => {
    expect(() => load(settings)).toThrow(new RegExp(`at ${name}`));
  });

  it('names every problem at once', () => {
    expect(() => load({ STORAGE_DRIVER: 's3', PORT: 'x', S3_CHUNKSIZE: '5' })).toThrow(
      /(?=[^]*at PORT)(?=[^]*at S3_BUCKET)(?=[^]*at S3_CHUNKSIZE)/,
    );
  });
});

describe('a failpoint', () => {
  const set = (NODE_ENV: string, BREAKWATER_FAILPOINT: string) => () =>
    load({ STORAGE_ROOT: '/blobs', NODE_ENV, BREAKWATER_FAILPOINT });

  it('can be set in tests, by a name that there is', () => {
    expect(set('test', 'upload.after-rename:3')()).toMatchObject({ BREAKWATER_FAILPOINT: 'upload.after-rename:3' });
    expect(set('test', 'upload.after-lunch')).toThrow(/upload\.after-rename, .*at BREAKWATER_FAILPOINT/s);
  });

  it.each(['production', 'development', ''])('is refused with NODE_ENV=%p', (environment) => {
    expect(set(environment, 'upload.after-rename')).toThrow(/only with NODE_ENV=test/);
  });
});

describe('TLS', () => {
  it('takes both files or neither', () => {
    const files = { TLS_CERT_FILE: '/tls.crt', TLS_KEY_FILE: '/tls.key' };
    expect(load({ STORAGE_ROOT: '/blobs', ...files })).toMatchObject(files);
    for (const [name, path] of Object.entries(files)) {
      expect(() => load({ STORAGE_ROOT: '/blobs', [name]: path })).toThrow(/give both or neither/);
    }
  });
});

describe('the number of workers', () => {
  it.each([
    ['', 1],
    ['3', 3],
    ['auto', availableParallelism()],
  ])('%s: %s', (text, count) => {
    expect(load({ STORAGE_ROOT: '/blobs', REGISTRY_WORKERS: text }).REGISTRY_WORKERS).toBe(count);
  });

  it.each(['0', '-1', '1.5', '100', 'all'])('is not %s', (text) => {
    expect(() => load({ STORAGE_ROOT: '/blobs', REGISTRY_WORKERS: text })).toThrow(/at REGISTRY_WORKERS/);
  });
});
