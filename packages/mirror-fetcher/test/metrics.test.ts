import { expect, test } from 'vitest';
import { Metrics } from '../src/metrics.ts';

test('metrics are printed in the text format of Prometheus', () => {
  const metrics = new Metrics();
  metrics.add('entrepot_fetcher_upstream_requests_total', { kind: 'blob', status: 200 });
  metrics.add('entrepot_fetcher_upstream_requests_total', { kind: 'blob', status: 200 }, 2);
  metrics.add('entrepot_fetcher_upstream_requests_total', { kind: 'token', status: 'none' });
  metrics.set('entrepot_fetcher_store_bytes', 5);
  expect(metrics.text()).toBe(`\
# HELP entrepot_fetcher_upstream_requests_total Requests to the upstream, its token service and its CDN
# TYPE entrepot_fetcher_upstream_requests_total counter
entrepot_fetcher_upstream_requests_total{kind="blob",status="200"} 3
entrepot_fetcher_upstream_requests_total{kind="token",status="none"} 1
# HELP entrepot_fetcher_store_bytes Size of the content in the store
# TYPE entrepot_fetcher_store_bytes gauge
entrepot_fetcher_store_bytes 5
`);
});
