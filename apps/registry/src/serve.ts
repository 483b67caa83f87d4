import 'reflect-metadata';
import { listen, type RegistryConfig } from '@breakwater/platform';
import { createRegistry } from './create-registry';
import { workerShare } from './worker-share';

/** One worker, or the only process. */
export async function serve(config: RegistryConfig): Promise<void> {
  await listen(await createRegistry(workerShare(config)), config);
}
