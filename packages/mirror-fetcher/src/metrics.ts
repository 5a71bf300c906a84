type Labels = Readonly<Record<string, string | number>>;

const descriptions = {
  entrepot_fetcher_upstream_requests_total: ['counter', 'Requests to the upstream, its token service and its CDN'],
  entrepot_fetcher_upstream_bytes_total: ['counter', 'Bytes of bodies received from the upstream'],
  entrepot_fetcher_fills_total: ['counter', 'Downloads of blobs by their result'],
  entrepot_fetcher_fills_running: ['gauge', 'Downloads of blobs under way'],
  entrepot_fetcher_verification_failures_total: ['counter', 'Content whose bytes did not match its digest'],
  entrepot_fetcher_stale_answers_total: ['counter', 'Answers given although they were too old to be fresh'],
  entrepot_fetcher_store_bytes: ['gauge', 'Size of the content in the store'],
  entrepot_fetcher_evicted_bytes_total: ['counter', 'Bytes removed because the store was full'],
} as const;

/** The name of one of the fetcher's metrics. */
export type MetricName = keyof typeof descriptions;

/** Counters and gauges, printed in the text format of Prometheus. */
export class Metrics {
  readonly #values = new Map<MetricName, Map<string, number>>();

  add(name: MetricName, labels: Labels = {}, amount = 1): void {
    const series = this.#series(name);
    const key = labelText(labels);
    series.set(key, (series.get(key) ?? 0) + amount);
  }

  set(name: MetricName, value: number): void {
    this.#series(name).set('', value);
  }

  text(): string {
    const lines = [...this.#values].flatMap(([name, series]) => {
      const [type, help] = descriptions[name];
      return [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...[...series].map(([labels, value]) => `${name}${labels} ${value}`),
      ];
    });
    return lines.map((line) => `${line}\n`).join('');
  }

  #series(name: MetricName): Map<string, number> {
    const series = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, series);
    return series;
  }
}

// Values are kinds, results and status codes of our own: nothing in them needs escaping.
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
