import 'reflect-metadata';
import { listen, loadConfig, registryctlConfig, run } from '@breakwater/platform';
import { createRegistryctl } from './create-registryctl';

run(async () => {
  const config = loadConfig(registryctlConfig);
  await listen(await createRegistryctl(config), config);
});
