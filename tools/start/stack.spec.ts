import { inheritedEnvironment, storageEnvironment } from './environment.mjs';
import { serviceEnvironments, stopOrder } from './stack.mjs';

const secrets = {
  secretKey: 'key',
  signerKey: 'signer',
  signerToken: { SIGNER_PKCS11_LIBRARY: '/hsm.so', SIGNER_PKCS11_TOKEN: 'label', SIGNER_PKCS11_PIN: 'pin' },
  notarySignerSecret: 'signing',
  internalSecret: 'internal',
  databasePassword: 'd',
  redisPassword: 'r',
  adminPassword: 'Admin12345',
};
const environments = serviceEnvironments({
  databaseUrl: 'postgres://owner@x/db',
  servicesDatabaseUrl: 'postgres://services@x/db',
  signerDatabaseUrl: 'postgres://signer@x/db',
  redisUrl: 'redis://x',
  ports: { core: 1, registry: 2, jobservice: 3, registryctl: 4, 'notary-server': 5, 'notary-signer': 6 },
  hosts: ['localhost:8080', '[::1]:8080'],
  secrets,
  caFile: '/tls/ca.crt',
  certificateFile: '/tls/server.crt',
  storage: '/data/storage',
  trustedProxies: ['10.0.0.0/8'],
  inherited: { PATH: '/bin' },
});

it('tells each process what it needs and no secret that it does not', () => {
  expect(environments.migrator).toEqual({
    PATH: '/bin',
    DATABASE_URL: 'postgres://owner@x/db',
    SERVICES_DATABASE_URL: 'postgres://services@x/db',
    SIGNER_DATABASE_URL: 'postgres://signer@x/db',
  });
  expect(environments.core).toMatchObject({
    PORT: '1',
    HOST: '127.0.0.1',
    SECRET_KEY: 'key',
    REGISTRY_URL: 'http://127.0.0.1:2',
    CA_CERT_FILE: '/tls/ca.crt',
    FRONT_DOOR_CERT_FILE: '/tls/server.crt',
    JOBSERVICE_URL: 'http://127.0.0.1:3',
  });
  expect(environments.registry).toMatchObject({
    PORT: '2',
    STORAGE_ROOT: '/data/storage',
    BLOB_DELIVERY: 'accel',
    SECRET_KEY: 'key',
  });
  expect(environments.registry.HARBOR_ADMIN_PASSWORD).toBeUndefined();
  expect(environments.jobservice).toMatchObject({
    PORT: '3',
    REGISTRY_URL: 'http://127.0.0.1:2',
    REGISTRYCTL_URL: 'http://127.0.0.1:4',
  });
  expect(environments.jobservice.HARBOR_ADMIN_PASSWORD).toBeUndefined();
  expect(environments.jobservice).not.toHaveProperty('EXTERNAL_URL');
  expect(environments.registryctl).toMatchObject({
    PORT: '4',
    INTERNAL_SECRET: 'internal',
    STORAGE_ROOT: '/data/storage',
  });
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'SECRET_KEY', 'HARBOR_ADMIN_PASSWORD'])
    expect(environments.registryctl).not.toHaveProperty(name);
  expect(environments['notary-server']).toMatchObject({
    PORT: '5',
    NOTARY_SIGNER_URL: 'http://127.0.0.1:6',
    EXTERNAL_HOSTS: 'localhost:8080,[::1]:8080',
  });
  expect(environments.core).toMatchObject({ EXTERNAL_HOSTS: 'localhost:8080,[::1]:8080' });
  expect(environments['notary-signer']).toMatchObject({
    PORT: '6',
    SIGNER_KEY: 'signer',
    NOTARY_SIGNER_SECRET: 'signing',
    DATABASE_URL: 'postgres://signer@x/db',
    ...secrets.signerToken,
  });
  expect(environments['notary-server']).toMatchObject({ NOTARY_SIGNER_SECRET: 'signing' });
  for (const [name, environment] of Object.entries(environments)) {
    if (!name.startsWith('notary')) expect(environment).not.toHaveProperty('NOTARY_SIGNER_SECRET');
    if (name !== 'notary-signer')
      for (const key of ['SIGNER_KEY', ...Object.keys(secrets.signerToken)])
        expect(environment).not.toHaveProperty(key);
    if (!['migrator', 'registryctl', 'notary-signer'].includes(name))
      expect(environment).toMatchObject({ DATABASE_URL: 'postgres://services@x/db' });
    if (name.startsWith('notary'))
      for (const key of ['SECRET_KEY', 'REDIS_URL']) expect(environment).not.toHaveProperty(key);
  }
});

it('holds back what the shell knows of the signer', () => {
  const names = ['LIBRARY', 'TOKEN', 'PIN', 'PIN_FILE', 'SESSIONS'].map((name) => `SIGNER_PKCS11_${name}`);
  const others = ['SIGNER_KEY_FILE', 'SIGNER_DATABASE_URL', 'SERVICES_DATABASE_URL_FILE', 'NOTARY_SIGNER_SECRET'];
  const env = Object.fromEntries([...names, ...others].map((name) => [name, 'x']));
  expect(inheritedEnvironment({ ...env, SOFTHSM2_CONF: '/conf' })).toEqual({
    ...runtime,
    SOFTHSM2_CONF: '/conf',
    NODE_ENV: 'production',
    NO_COLOR: '1',
  });
});

it('leaves the database to one role where no others were named', () => {
  const {
    migrator,
    core,
    'notary-signer': signer,
  } = serviceEnvironments({
    databaseUrl: 'postgres://x/db',
    redisUrl: 'redis://x',
    ports: {},
    secrets,
    storage: '/data/storage',
    trustedProxies: [],
    inherited: {},
  });
  expect(migrator).toEqual({ DATABASE_URL: 'postgres://x/db' });
  for (const { DATABASE_URL } of [core, signer]) expect(DATABASE_URL).toBe('postgres://x/db');
});

it('tells the job service which address to put into links, unless the operator does', () => {
  const told = (inherited: Record<string, string>) =>
    serviceEnvironments({
      databaseUrl: 'postgres://x/db',
      redisUrl: 'redis://x',
      ports: {},
      secrets,
      storage: '/data/storage',
      trustedProxies: [],
      inherited,
      publicUrl: 'https://10.1.2.3:8443',
    });
  expect(told({}).jobservice.EXTERNAL_URL).toBe('https://10.1.2.3:8443');
  expect(told({}).core).not.toHaveProperty('EXTERNAL_URL');
  expect(told({ EXTERNAL_URL: 'https://registry.example.com' }).jobservice.EXTERNAL_URL).toBe(
    'https://registry.example.com',
  );
});

it('gives each service a port for its metrics when one is asked for', () => {
  const measured = serviceEnvironments({
    databaseUrl: 'postgres://x/db',
    redisUrl: 'redis://x',
    ports: {},
    secrets,
    storage: '/data/storage',
    trustedProxies: [],
    inherited: {},
    metricsPort: 9090,
  });
  const portsOf = ({ core, registry, jobservice, registryctl }: typeof environments) =>
    [core, registry, jobservice, registryctl].map((env) => env.METRICS_PORT);
  expect(portsOf(measured)).toEqual(['9090', '9091', '9092', '9093']);
  expect(portsOf(environments)).toEqual([undefined, undefined, undefined, undefined]);
});

const runtime = { UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '2' };

it('leaves the last word on the runtime to the shell', () => {
  expect(inheritedEnvironment({ UV_THREADPOOL_SIZE: '64' })).toMatchObject({ ...runtime, UV_THREADPOOL_SIZE: '64' });
});

it('trusts nginx on loopback and the proxies in front of it', () => {
  expect(environments.core.TRUSTED_PROXIES).toBe('127.0.0.1/32,::1/128,10.0.0.0/8');
});

it('gives the bucket and its keys to those who keep blobs alone', () => {
  const env = { PATH: '/bin', STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', S3_SECRETKEY: 's', AWS_PROFILE: 'p' };
  expect(inheritedEnvironment(env)).toEqual({ ...runtime, PATH: '/bin', NODE_ENV: 'production', NO_COLOR: '1' });
  const s3 = { STORAGE_DRIVER: 's3', S3_BUCKET: 'blobs', S3_SECRETKEY: 's', AWS_PROFILE: 'p' };
  expect(storageEnvironment('/data/storage', env)).toEqual({ ...s3, BLOB_DELIVERY: 'redirect' });
  expect(storageEnvironment('/data/storage', { ...env, BLOB_DELIVERY: 'stream' })).toEqual({
    ...s3,
    BLOB_DELIVERY: 'stream',
  });
  expect(storageEnvironment('/data/storage', { PATH: '/bin' })).toEqual({
    STORAGE_ROOT: '/data/storage',
    BLOB_DELIVERY: 'accel',
  });
});

it('hands no certificate down to services behind nginx', () => {
  const env = { PATH: '/bin', TLS_CERT_FILE: '/a', TLS_KEY_FILE: '/b', REGISTRY_WORKERS: '2' };
  expect(inheritedEnvironment(env)).toEqual({
    ...runtime,
    PATH: '/bin',
    REGISTRY_WORKERS: '2',
    NODE_ENV: 'production',
    NO_COLOR: '1',
  });
});

it('gives nginx and the services as long to end as transfers under way may take', () => {
  const graces = (env: Record<string, string>) => stopOrder(env).map(({ graceMs }) => graceMs);
  expect(graces({})).toEqual([30_000, 42_000, 10_000]);
  expect(graces({ DRAIN_SECONDS: '5', DRAIN_DELAY_SECONDS: '2' })).toEqual([7_000, 19_000, 10_000]);
});
