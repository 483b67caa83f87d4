import { AppError } from '@breakwater/kernel';
import { inSpan, type Metrics } from '@breakwater/platform';
import type { BlobStore } from '@breakwater/storage';
import type { Counter, Histogram } from 'prom-client';

/** distribution's names of what a storage driver does; what it has no name for goes by ours. */
const actions: Record<string, string> = {
  read: 'Reader',
  copyTo: 'Reader',
  readUpload: 'Reader',
  appendUpload: 'Writer',
  finishUpload: 'Move',
  stat: 'Stat',
  delete: 'Delete',
  url: 'RedirectURL',
  startUpload: 'StartUpload',
  cancelUpload: 'CancelUpload',
};

type Operation = (...parameters: unknown[]) => unknown;

/** The same store, with its operations timed and shown in traces. Walks, which take as long as their reader, are not. */
export function measuredBlobStore(store: BlobStore, metrics: Metrics): BlobStore {
  const meter = new StoreMeter(metrics, store.type);
  const measured = new Map<PropertyKey, Operation>();
  return new Proxy(store, {
    get(target, name) {
      const operation: unknown = Reflect.get(target, name, target);
      const action = actions[String(name)];
      if (typeof operation !== 'function') return operation;
      const known = measured.get(name);
      if (known) return known;
      const bound = (operation as Operation).bind(target);
      const wrapped = action === undefined ? bound : meter.wrap(String(name), action, bound);
      measured.set(name, wrapped);
      return wrapped;
    },
  });
}

class StoreMeter {
  private readonly seconds: Histogram;
  private readonly errors: Counter;
  private readonly written: Counter;

  constructor(
    metrics: Metrics,
    private readonly driver: string,
  ) {
    this.seconds = metrics.histogram('registry_storage_action_seconds');
    this.errors = metrics.counter('breakwater_storage_errors_total');
    this.written = metrics.counter('breakwater_storage_written_bytes_total');
  }

  wrap(name: string, action: string, operation: Operation): Operation {
    const { driver } = this;
    const counted = name === 'appendUpload' ? this.countingBytes(operation) : operation;
    return (...parameters) =>
      inSpan(`storage ${name}`, async () => {
        const started = performance.now();
        try {
          return await counted(...parameters);
        } catch (error) {
          if (isFailure(error)) this.errors.inc({ driver, action });
          throw error;
        } finally {
          this.seconds.observe({ driver, action }, (performance.now() - started) / 1_000);
        }
      });
  }

  private countingBytes(append: Operation): Operation {
    const { driver, written } = this;
    return (upload, offset, body, onBytes) =>
      append(upload, offset, body, (chunk: Buffer) => {
        written.inc({ driver }, chunk.length);
        (onBytes as (chunk: Buffer) => void)(chunk);
      });
  }
}

/** Not what a client is to blame for, or what is simply not there. */
function isFailure(error: unknown): boolean {
  return !(error instanceof AppError) || error.status >= 500;
}
