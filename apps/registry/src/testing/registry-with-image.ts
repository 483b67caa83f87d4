import { RegistryUnderTest, system } from './registry-under-test';
import type { RepositoryClient } from './repository-client';

/** A registry where `busy/app` has an image: what is asked for while something is short or away. */
export async function startWithImage(
  settings: Parameters<typeof RegistryUnderTest.start>[0],
): Promise<{ registry: RegistryUnderTest; app: RepositoryClient }> {
  const registry = await RegistryUnderTest.start(settings);
  await registry.project('busy');
  const app = await registry.as(system, 'busy/app');
  await app.pushImage('app', 'latest');
  return { registry, app };
}
