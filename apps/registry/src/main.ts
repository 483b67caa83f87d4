import 'reflect-metadata';
import { listen, loadConfig, registryConfig, run } from '@breakwater/platform';
import { createRegistry } from './create-registry';

run(async () => {
  const config = loadConfig(registryConfig);
  await listen(await createRegistry(config), config);
});
