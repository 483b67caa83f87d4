import 'reflect-metadata';
import { listen, loadConfig, notaryServerConfig, run } from '@breakwater/platform';
import { createNotaryServer } from './create-notary-server';

run(async () => {
  const config = loadConfig(notaryServerConfig);
  await listen(await createNotaryServer(config), config);
});
