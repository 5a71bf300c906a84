import { describe, expect, test } from 'vitest';
import { serviceRoutes, type EndpointSlice, type Service } from '../../src/node/service-proxy.ts';

const service = (spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name: 'web' },
  spec,
});
const slice = (
  endpoints: EndpointSlice['endpoints'],
  ports: EndpointSlice['ports'] = [{ name: 'https', port: 5000 }],
  namespace = 'shop',
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace, name: 'web-x', labels: { 'kubernetes.io/service-name': 'web' } },
  ...(endpoints !== undefined && { endpoints }),
  ...(ports !== undefined && { ports }),
});
const https = { name: 'https', port: 443 };

describe('the routes of a Service', () => {
  test.each<{ title: string; spec: Service['spec']; slices: EndpointSlice[]; routes: object }>([
    {
      title: 'its port leads to the port of that name of every ready pod, on this machine',
      spec: { clusterIP: '127.64.0.9', ports: [https] },
      slices: [
        slice([
          { addresses: ['198.18.0.2'], conditions: { ready: true } },
          { addresses: ['198.18.0.3'], conditions: { ready: false } },
        ]),
      ],
      routes: { '127.64.0.9:443': [{ host: '127.0.0.1', port: 5000 }] },
    },
    {
      title: 'an endpoint that somebody else made is reached where it says it is',
      spec: { clusterIP: '127.64.0.9', ports: [https] },
      slices: [slice([{ addresses: ['192.0.2.1'] }])],
      routes: { '127.64.0.9:443': [{ host: '192.0.2.1', port: 5000 }] },
    },
    {
      title: 'without ready pods there is nobody',
      spec: { clusterIP: '127.64.0.9', ports: [https] },
      slices: [slice(null, null), slice([{ addresses: ['198.18.0.2'] }], [{ name: 'https', port: 1 }], 'elsewhere')],
      routes: { '127.64.0.9:443': [] },
    },
    { title: 'a headless Service has none', spec: { clusterIP: 'None', ports: [https] }, slices: [], routes: {} },
    {
      title: 'an address outside of loopback is left alone',
      spec: { clusterIP: '10.0.0.9', ports: [https] },
      slices: [],
      routes: {},
    },
    {
      title: 'only TCP is forwarded',
      spec: { clusterIP: '127.64.0.9', ports: [{ port: 53, protocol: 'UDP' }] },
      slices: [],
      routes: {},
    },
  ])('$title', ({ spec, slices, routes }) => {
    expect(Object.fromEntries(serviceRoutes([service(spec)], slices))).toEqual(routes);
  });
});
