/** Adds up the values of a metric, in Prometheus' text format, over the series whose labels match. */
export function metricSum(text: string, name: string, labels: RegExp): number {
  return text
    .split('\n')
    .map((line) => /^(?<name>\w+)(?<labels>\{.*\})? (?<value>\S+)/.exec(line)?.groups)
    .filter((series) => series?.['name'] === name && labels.test(series['labels'] ?? ''))
    .reduce((sum, series) => sum + Number(series?.['value']), 0);
}
