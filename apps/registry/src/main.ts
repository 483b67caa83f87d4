import { inWorkers, loadConfig, registryConfig, run } from '@breakwater/platform/process';

run(async () => {
  const config = loadConfig(registryConfig);
  const { REGISTRY_WORKERS: count, LOG_LEVEL: logLevel } = config;
  await inWorkers({ service: 'registry', count, logLevel }, async () => {
    // Only those who serve load it.
    const { serve } = await import('./serve');
    await serve(config);
  });
});
