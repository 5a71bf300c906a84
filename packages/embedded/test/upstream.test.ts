import { expect, test } from 'vitest';
import { sumOfRequests } from '../src/fetcher-requests.ts';
import { countRequests } from '../src/upstream.ts';

test("a registry's requests are the lines of its log that tell a status", () => {
  const log = [
    'listening on 127.0.0.1:5000',
    'level=info msg="authorized request" http.request.method=GET',
    'level=info msg="response completed" http.request.method=GET http.response.status=200 http.response.written=2',
    'level=error msg="response completed with error" http.request.method=GET http.response.status=404',
    '',
  ].join('\n');
  expect(countRequests(log)).toBe(2);
});

test("a fetcher's requests are summed over their kinds and statuses", () => {
  const metrics = [
    '# TYPE entrepot_fetcher_upstream_requests_total counter',
    'entrepot_fetcher_upstream_requests_total{kind="blob",status="200"} 3',
    'entrepot_fetcher_upstream_requests_total{kind="manifest",status="404"} 1',
    'entrepot_fetcher_upstream_bytes_total 4096',
    '',
  ].join('\n');
  expect(sumOfRequests(metrics)).toBe(4);
});
