import { inWorkers, loadConfig, registryConfig, run } from '@breakwater/platform/process';
import { startTracing } from '@breakwater/tracing';

run(async () => {
  const config = loadConfig(registryConfig);
  const { REGISTRY_WORKERS: count, LOG_LEVEL: logLevel } = config;
  await inWorkers({ service: 'registry', count, logLevel, metrics: config }, async () => {
    // Tracing sees only what is loaded after it, and only those who serve load the rest.
    await startTracing('registry');
    const { serve } = await import('./serve');
    await serve(config);
  });
});
