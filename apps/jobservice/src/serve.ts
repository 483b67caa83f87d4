import 'reflect-metadata';
import { jobserviceConfig, listen, loadConfig, run } from '@breakwater/platform';
import { createJobservice } from './create-jobservice';

run(async () => {
  const config = loadConfig(jobserviceConfig);
  await listen(await createJobservice(config), config);
});
