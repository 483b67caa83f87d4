import { readFileSync } from 'node:fs';

/** The variable, or the content of the file that NAME_FILE names. */
export function readVariable(name, env = process.env) {
  if (env[name]) return env[name];
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Ours to hand to each service deliberately, or npm's and Postgres' own and of no use to a service. */
const HELD_BACK =
  /^(npm_|PG[A-Z]|TEST_|NODE_TEST|JEST_|(DATABASE_URL|REDIS_URL|SECRET_KEY|INTERNAL_SECRET|HARBOR_ADMIN_PASSWORD)(_FILE)?$)|^(PORT|HOST|METRICS_PORT|STORAGE_ROOT|NODE_ENV|INIT_CWD)$/;

/** What every service inherits from the shell: locale, proxies, LOG_LEVEL, EXTERNAL_URL and the like. */
export function inheritedEnvironment(env = process.env) {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !HELD_BACK.test(name))),
    NODE_ENV: 'production',
    NO_COLOR: '1',
  };
}
