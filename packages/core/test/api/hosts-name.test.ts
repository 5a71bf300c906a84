import { expect, test } from 'vitest';
import { hostsNameTrouble } from '../../src/index.ts';

/** The node agent's tests, in node-agent/test/settings/hostname.test.ts, have the same names. */
test.each<readonly [hostname: string, trouble: string | undefined]>([
  ['mirror-quay.io', undefined],
  ['_mirror.k8s.example.org', undefined],
  ['kubernetes.io', undefined],
  ['svc.example.org', undefined],
  ['cluster.local.example.org', undefined],
  ['10.0.0.5.example.org', undefined],
  ['10.0.0.5', 'is an address'],
  ['fd00::5', 'is an address'],
  ['mirror:5000', 'is no host name'],
  ['a b', 'is no host name'],
  ['a..b', 'is no host name'],
  ['-a', 'is no host name'],
  ['a\n10.0.0.1 b', 'is no host name'],
  ['', 'is no host name'],
  [`${'a.'.repeat(126)}io`, 'is no host name'],
  ['LocalHost', 'is the node itself'],
  ['a.localhost', 'is the node itself'],
  ['kubernetes', 'is of the cluster'],
  ['Kubernetes.default', 'is of the cluster'],
  ['kubernetes.default.svc', 'is of the cluster'],
  ['x.SVC', 'is of the cluster'],
  ['a.cluster.local', 'is of the cluster'],
  ['a.svc.K8S.example.org', 'is of the cluster'],
])('%s: %s', (hostname, trouble) => expect(hostsNameTrouble(hostname, 'K8s.example.org')).toBe(trouble));
