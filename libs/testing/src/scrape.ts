/** What a metrics server answered. */
export interface Scrape {
  /** Names as their TYPE lines give them, sorted; without those of the process itself (`process_*`, `nodejs_*`). */
  names: string[];
  /** The sum of all series of that name whose labels include these; undefined when there is none. */
  value: (name: string, labels?: Record<string, string>) => number | undefined;
  text: string;
}

/** Reads `GET /metrics` on loopback. */
export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return readScrape(await response.text());
}

export function readScrape(text: string): Scrape {
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  const series = [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
    name,
    labels: new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, content]) => [key, content])),
    value: Number(value),
  }));
  return {
    text,
    names: names.filter((name) => !/^(process|nodejs)_/.test(name)).sort(),
    value: (name, wanted = {}) => {
      const found = series.filter(
        (one) => one.name === name && Object.entries(wanted).every(([key, content]) => one.labels.get(key) === content),
      );
      return found.length === 0 ? undefined : found.reduce((sum, one) => sum + one.value, 0);
    },
  };
}
