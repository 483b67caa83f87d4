import 'reflect-metadata';
import { coreConfig, listen, loadConfig, run } from '@breakwater/platform';
import { createCore } from './create-core';

run(async () => {
  const config = loadConfig(coreConfig);
  await listen(await createCore(config), config);
});
