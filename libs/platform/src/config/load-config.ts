import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Reads a process's configuration from the environment. `NAME_FILE` may name a file that holds the value of `NAME`.
 * Throws one error that lists every problem.
 */
export function loadConfig<T extends z.ZodObject>(schema: T, env: NodeJS.ProcessEnv = process.env): z.output<T> {
  const names = Object.keys(schema.shape);
  const result = schema.safeParse(Object.fromEntries(names.map((name) => [name, readVariable(name, env)])));
  if (!result.success) throw new Error(`Invalid configuration:\n${z.prettifyError(result.error)}`);
  return result.data;
}

function readVariable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env[name] !== undefined && env[name] !== '') return env[name];
  const file = env[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : undefined;
}
