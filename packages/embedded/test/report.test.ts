import { expect, test } from 'vitest';
import { report } from '../src/report.ts';

test('the table says for each pull how long it took, how much came, and how often the upstream was asked', () => {
  expect(
    report({
      pulls: [
        { title: 'cold pull', pull: { ms: 1234, bytes: 33_554_432 }, upstreamRequests: 6 },
        { title: 'pull with the upstream stopped', pull: { ms: 210, bytes: 33_554_432 }, upstreamRequests: 0 },
      ],
      objects: ['Service registry-mirror-demo', 'StatefulSet registry-mirror-demo'],
      hostsLine: '127.64.1.2\tmirror.example.test',
    }),
  ).toBe(
    [
      '                                 time    image  upstream requests',
      'cold pull                       1.2 s  33.6 MB                  6',
      'pull with the upstream stopped  0.2 s  33.6 MB                  0',
      '',
      'objects applied      2: Service registry-mirror-demo, StatefulSet registry-mirror-demo',
      'hosts line written   127.64.1.2 mirror.example.test',
      '',
    ].join('\n'),
  );
});
