import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface CollectedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
}

export interface FakeCollector {
  url: string;
  spans: CollectedSpan[];
  close: () => void;
}

/** Takes traces as an OpenTelemetry collector does: OTLP over http, in protobuf. */
export async function startFakeCollector(): Promise<FakeCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...readTraces(body));
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close().closeAllConnections() };
}

/** ExportTraceServiceRequest of opentelemetry-proto: field numbers are those of trace.proto and resource.proto. */
function readTraces(bytes: Buffer): CollectedSpan[] {
  return messages(bytes, 1).flatMap((resourceSpans) => {
    const attributes = messages(resourceSpans, 1).flatMap((resource) => messages(resource, 1));
    const named = attributes.find((attribute) => messages(attribute, 1)[0]?.toString() === 'service.name');
    const service = named ? text(messages(named, 2)[0] ?? Buffer.alloc(0), 1) : '';
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => ({
      service,
      traceId: text(span, 1, 'hex'),
      spanId: text(span, 2, 'hex'),
      parentSpanId: text(span, 4, 'hex'),
      name: text(span, 5),
    }));
  });
}

const text = (bytes: Buffer, field: number, encoding: BufferEncoding = 'utf8'): string =>
  messages(bytes, field)[0]?.toString(encoding) ?? '';

/** The length-delimited values of one field of a protobuf message. */
function messages(bytes: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wireType] = [Math.floor(key / 8), key % 8];
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else {
      const length = varint();
      if (field === wanted) found.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
