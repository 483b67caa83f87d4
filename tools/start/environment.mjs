import { readFileSync } from 'node:fs';

/** The variable, or the content of the file that NAME_FILE names. */
export function readVariable(name, env = process.env) {
  if (env[name]) return env[name];
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Ours to hand to each service deliberately, or npm's and Postgres' own and of no use to a service. */
const HELD_BACK =
  /^(npm_|PG[A-Z]|TEST_|NODE_TEST|JEST_|((SERVICES_|SIGNER_)?DATABASE_URL|REDIS_URL|SECRET_KEY|SIGNER_KEY|SIGNER_KEY_PREVIOUS|SIGNER_PKCS11_[A-Z]+?|NOTARY_SIGNER_SECRET|INTERNAL_SECRET|HARBOR_ADMIN_PASSWORD)(_FILE)?$)|^(TLS_(CERT|KEY)_FILE|PORT|HOST|METRICS_PORT|STORAGE_ROOT|EXTERNAL_HOSTS|NODE_ENV|INIT_CWD)$/;

/** Where the blobs lie: the concern of registry and registryctl, and nobody else is to know the keys. */
const STORAGE = /^(S3_|AWS_|BLOB_|STORAGE_DRIVER)/;

/**
 * For Node and the C library, unless the shell says otherwise: as many files synced at once as clients push at once, and
 * not an allocator's pool for each of the threads that do it (30 MB less in the registry).
 */
const RUNTIME = { UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '2' };

/** What every service inherits from the shell: locale, proxies, LOG_LEVEL, EXTERNAL_URL and the like. */
export function inheritedEnvironment(env = process.env) {
  return {
    ...RUNTIME,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !HELD_BACK.test(name) && !STORAGE.test(name))),
    NODE_ENV: 'production',
    NO_COLOR: '1',
  };
}

/** What registry and registryctl are told about storage: the data folder, sent by nginx, or the bucket that the environment names. */
export function storageEnvironment(folder, env = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => STORAGE.test(name)));
  if (readVariable('STORAGE_DRIVER', env) === 's3') return { BLOB_DELIVERY: 'redirect', ...given };
  return { ...given, STORAGE_ROOT: folder, BLOB_DELIVERY: 'accel' };
}
