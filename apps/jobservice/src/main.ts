import 'reflect-metadata';
import { createServer, jobserviceConfig, listen, loadConfig, run } from '@breakwater/platform';
import { JobserviceModule } from './jobservice.module';

run(async () => {
  const config = loadConfig(jobserviceConfig);
  await listen(await createServer(JobserviceModule.forRoot(config)), config);
});
