import { Logger } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry, Summary, type Metric } from 'prom-client';
import { describeMetric, type MetricName } from './metric-table';

/** A number for a scrape. `part` is for what a histogram consists of. */
export interface Sample {
  labels?: Record<string, string | number>;
  value: number;
  part?: 'bucket' | 'sum' | 'count';
}

export type ReadSamples = () => Sample[] | Promise<Sample[]>;

const summaryWindow = { maxAgeSeconds: 600, ageBuckets: 5, percentiles: [0.5, 0.9, 0.99] };

/** The metrics of this process, in one registry of prom-client. Names, labels and help come from the metric table. */
export class Metrics {
  readonly registry = new Registry();
  private readonly logger = new Logger('Metrics');
  private readonly readers = new Map<MetricName, ReadSamples[]>();
  private readonly scrapeErrors: Counter;

  /** `enabled`: somebody may scrape; without, what costs something is left out. */
  constructor(readonly enabled: boolean) {
    if (enabled) collectDefaultMetrics({ register: this.registry });
    this.scrapeErrors = this.counter('breakwater_scrape_errors_total');
  }

  counter(name: MetricName): Counter {
    return new Counter(this.settings(name));
  }

  histogram(name: MetricName): Histogram {
    return new Histogram({ ...this.settings(name), buckets: [...(describeMetric(name).buckets ?? [])] });
  }

  summary(name: MetricName): Summary {
    return new Summary({ ...this.settings(name), ...summaryWindow, pruneAgedBuckets: true });
  }

  /**
   * Numbers that are kept elsewhere, read when somebody scrapes. Several may add to one metric. What cannot be read is
   * left out of that scrape, and the rest is answered.
   */
  collect(name: MetricName, read: ReadSamples): void {
    const readers = this.readers.get(name);
    if (readers) {
      readers.push(read);
      return;
    }
    const all = [read];
    this.readers.set(name, all);
    const { help, type, aggregator = 'sum' } = describeMetric(name);
    const get = async () => ({ name, help, type, aggregator, values: await this.read(name, all) });
    this.registry.registerMetric({ name, help, type, aggregator, get, reset: () => undefined } as unknown as Metric);
  }

  private async read(name: MetricName, readers: ReadSamples[]): Promise<object[]> {
    const values = [];
    for (const read of readers) {
      try {
        for (const { labels = {}, value, part } of await read())
          values.push({ labels, value, metricName: part ? `${name}_${part}` : name });
      } catch (error) {
        this.scrapeErrors.inc({ metric: name });
        this.logger.warn({ err: error, metric: name }, 'a metric could not be read');
      }
    }
    return values;
  }

  private settings(name: MetricName) {
    const { help, labels = [], aggregator = 'sum' } = describeMetric(name);
    return { name, help, labelNames: [...labels], aggregator, registers: [this.registry] };
  }
}
