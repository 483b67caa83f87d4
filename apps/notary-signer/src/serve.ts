import 'reflect-metadata';
import { listen, loadConfig, notarySignerConfig, run } from '@breakwater/platform';
import { createNotarySigner } from './create-notary-signer';

run(async () => {
  const config = loadConfig(notarySignerConfig);
  await listen(await createNotarySigner(config), config);
});
