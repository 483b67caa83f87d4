import { Buckets } from './buckets';
import { describeMetric, type MetricName, type RequestMetricNames } from './metric-table';
import type { Metrics, Sample } from './metrics';

/** What a request came to. Sizes are bytes, of bodies. */
export interface RequestOutcome {
  code: number;
  seconds: number;
  requestBytes?: number;
  responseBytes?: number;
}

type Observe = (seconds: number) => void;

/** Requests of one route and method, in plain numbers. */
export class RequestSeries {
  readonly codes = new Map<number, number>();

  constructor(
    private readonly observeSeconds: Observe,
    private readonly sizes: RouteSizes,
  ) {}

  observe({ code, seconds, requestBytes, responseBytes }: RequestOutcome): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    this.observeSeconds(seconds);
    if (requestBytes !== undefined) this.sizes.request?.observe(requestBytes);
    if (responseBytes !== undefined) this.sizes.response?.observe(responseBytes);
  }
}

interface RouteSizes {
  request?: Buckets;
  response?: Buckets;
}

/**
 * Rate, errors and duration of requests per route. Routes are patterns, so that there is a bounded number of series;
 * counting costs a map lookup and some additions, and everything else happens when somebody scrapes.
 */
export class RequestMetrics {
  private readonly byRoute = new Map<string, Map<string, RequestSeries>>();
  private readonly sizes = new Map<string, RouteSizes>();
  private readonly durations: { labels: Record<string, string>; buckets: Buckets }[] = [];
  private readonly inFlight = new Map<string, number>();
  private readonly observerFor: (labels: Record<string, string>) => Observe;

  constructor(
    private readonly metrics: Metrics,
    private readonly names: RequestMetricNames,
  ) {
    this.observerFor = this.durationObservers();
    metrics.collect(names.total, () => this.totals());
    if (names.inFlight) metrics.collect(names.inFlight, () => this.inFlightSamples());
    if (names.requestSize) metrics.collect(names.requestSize, () => this.sizeSamples('request'));
    if (names.responseSize) metrics.collect(names.responseSize, () => this.sizeSamples('response'));
  }

  get enabled(): boolean {
    return this.metrics.enabled;
  }

  series(route: string, method: string): RequestSeries {
    const ofRoute = this.byRoute.get(route) ?? new Map<string, RequestSeries>();
    this.byRoute.set(route, ofRoute);
    const known = ofRoute.get(method);
    if (known) return known;
    const series = new RequestSeries(this.observerFor(this.labels(route, method)), this.sizesOf(route));
    ofRoute.set(method, series);
    return series;
  }

  began(route: string): void {
    this.inFlight.set(route, (this.inFlight.get(route) ?? 0) + 1);
  }

  ended(route: string): void {
    this.inFlight.set(route, (this.inFlight.get(route) ?? 1) - 1);
  }

  private durationObservers(): (labels: Record<string, string>) => Observe {
    const { duration } = this.names;
    if (describeMetric(duration).type === 'summary') {
      const summary = this.metrics.summary(duration);
      return (labels) => (value) => summary.observe(labels, value);
    }
    this.metrics.collect(duration, () => this.durations.flatMap(({ buckets, labels }) => buckets.samples(labels)));
    return (labels) => {
      const buckets = new Buckets(describeMetric(duration).buckets ?? []);
      this.durations.push({ labels, buckets });
      return (value) => buckets.observe(value);
    };
  }

  private sizesOf(route: string): RouteSizes {
    const bucketsOf = (name: MetricName | undefined) => name && new Buckets(describeMetric(name).buckets ?? []);
    const { requestSize, responseSize } = this.names;
    const sizes = this.sizes.get(route) ?? { request: bucketsOf(requestSize), response: bucketsOf(responseSize) };
    this.sizes.set(route, sizes);
    return sizes;
  }

  private labels(route: string, method: string): Record<string, string> {
    const { methods, routeLabel } = this.names;
    return { [routeLabel]: route, method: methods === 'lower' ? method.toLowerCase() : method };
  }

  private totals(): Sample[] {
    return [...this.byRoute].flatMap(([route, methods]) =>
      [...methods].flatMap(([method, { codes }]) =>
        [...codes].map(([code, value]) => ({ labels: { ...this.labels(route, method), code }, value })),
      ),
    );
  }

  private sizeSamples(of: keyof RouteSizes): Sample[] {
    return [...this.sizes].flatMap(([route, sizes]) => sizes[of]?.samples({ [this.names.routeLabel]: route }) ?? []);
  }

  private inFlightSamples(): Sample[] {
    const { inFlight, routeLabel } = this.names;
    if (inFlight && describeMetric(inFlight).labels)
      return [...this.inFlight].map(([route, value]) => ({ labels: { [routeLabel]: route }, value }));
    return [{ value: [...this.inFlight.values()].reduce((sum, value) => sum + value, 0) }];
  }
}
