import { expect, test } from 'vitest';
import { plan, planned } from '../support/planned.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';

const name = 'registry-mirror-quay';
const namesOfService = [name, `${name}.mirrors`, `${name}.mirrors.svc`, `${name}.mirrors.svc.cluster.local`];
const addressing = [{ type: 'map' }];

test('cert-manager is asked for a certificate of the cluster IP, in the namespace of mirrors and in the words it always was', () => {
  const tls = { issuerRef: { name: 'mirror-operator-issuer' } };
  expect(planned('Certificate', name, { upstreamUrl: 'quay.io', addressing, tls })).toEqual({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {
      namespace: 'mirrors',
      name,
      labels: { app: 'docker-registry', mirror: 'quay' },
      ownerReferences: [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: 'uid-of-quay' }],
    },
    spec: {
      ipAddresses: ['10.0.0.7'],
      dnsNames: namesOfService,
      duration: '17520h0m0s',
      issuerRef: { name: 'mirror-operator-issuer', kind: 'Issuer', group: 'cert-manager.io' },
      privateKey: { algorithm: 'RSA', encoding: 'PKCS1', size: 2048 },
      secretName: `${name}-tls`,
      secretTemplate: { labels: { app: 'docker-registry', mirror: 'quay' } },
      subject: { organizations: ['mirror-operator'] },
      usages: ['server auth', 'client auth'],
    },
  });
});

test('an issuer for all mirrors is asked where no other certificate is configured', () => {
  const settings = { certificateIssuer: { name: 'company', kind: 'ClusterIssuer', group: 'cert-manager.io' } } as const;
  const asked = (spec: object) => planned('Certificate', name, { upstreamUrl: 'quay.io', ...spec }, settings)?.['spec'];
  expect(asked({})).toMatchObject({
    issuerRef: settings.certificateIssuer,
    dnsNames: ['mirror-quay.io', ...namesOfService],
  });
  expect(asked({ tls: { secretName: 'given' } })).toBeUndefined();
});

test('without an issuer nothing is asked of cert-manager', () => {
  const { objects } = plan([
    registryMirror('quay', { upstreamUrl: 'quay.io', addressing }),
    serviceOf('quay', '10.0.0.7'),
  ]);
  expect(objects.map(({ kind }) => kind)).not.toContain('Certificate');
});
