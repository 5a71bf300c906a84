import { expect, test } from 'vitest';
import { hostnameTrouble } from '../../src/settings/hostname.ts';

const noName = 'a host name without a port';
const ofCluster =
  'a name that the cluster does not need itself, unlike kubernetes, kubernetes.default and what ends in .svc or .cluster.local or .svc.k8s.example.org';

/** The operator's tests, in core/test/api/hosts-name.test.ts, have the same names. */
test.each<readonly [hostname: string, trouble: string | undefined]>([
  ['mirror-quay.io', undefined],
  ['_mirror.k8s.example.org', undefined],
  ['kubernetes.io', undefined],
  ['svc.example.org', undefined],
  ['cluster.local.example.org', undefined],
  ['10.0.0.5.example.org', undefined],
  ['10.0.0.5', noName],
  ['fd00::5', noName],
  ['mirror:5000', noName],
  ['a b', noName],
  ['a..b', noName],
  ['-a', noName],
  ['a\n10.0.0.1 b', noName],
  ['', noName],
  [`${'a.'.repeat(126)}io`, noName],
  ['LocalHost', 'a name that is not localhost'],
  ['a.localhost', 'a name that is not localhost'],
  ['kubernetes', ofCluster],
  ['Kubernetes.default', ofCluster],
  ['kubernetes.default.svc', ofCluster],
  ['x.SVC', ofCluster],
  ['a.cluster.local', ofCluster],
  ['a.svc.K8S.example.org', ofCluster],
])('%s: %s', (hostname, trouble) => expect(hostnameTrouble(hostname, 'K8s.example.org')).toBe(trouble));
