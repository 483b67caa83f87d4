import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Asked all the time by supervisors and Prometheus. */
const unobserved = /^\/(healthz|readyz|metrics)(\?|$)/;

/** Spans of http, pg and ioredis, in W3C trace context, to the collector of the environment. */
export function registerTracing(service: string): void {
  const named = resourceFromAttributes({ 'service.namespace': 'breakwater', 'service.name': `breakwater-${service}` });
  const provider = new NodeTracerProvider({
    resource: detectResources({ detectors: [envDetector] }).merge(named),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url = '' }) => unobserved.test(url),
        requireParentforOutgoingSpans: true,
      }),
      // Housekeeping asks all the time, too: only what a request is waiting for.
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
}
