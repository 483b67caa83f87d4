/**
 * Call before anything else is loaded. With OTEL_EXPORTER_OTLP_ENDPOINT, requests, queries and Redis commands are sent
 * there as traces of `breakwater-<service>`; without, nothing is loaded and nothing is changed. The other variables of
 * OpenTelemetry's SDK (sampler, headers, batches, resource attributes) count, too.
 */
export async function startTracing(service: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_SDK_DISABLED === 'true') return;
  const { registerTracing } = await import('./register-tracing');
  registerTracing(service);
}
