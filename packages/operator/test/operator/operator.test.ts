import {
  ConfigMap,
  DaemonSet,
  PodDisruptionBudget,
  RegistryMirror,
  Secret,
  Service,
  StatefulSet,
} from '@entrepot/core';
import { freePort, poll } from '@entrepot/control-plane';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { entrepot } from '../cli/run-program.ts';
import { metricSum } from './metric-sum.ts';
import { RunningOperator } from './running-operator.ts';
import { TestCluster } from './test-cluster.ts';

const namespace = 'mirrors';
const kinds = [RegistryMirror, Service, Secret, ConfigMap, StatefulSet, DaemonSet];
const password = 'open-sesame-3141';

let cluster: TestCluster;
const operators: RunningOperator[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
}, 900_000);

afterEach(async () => {
  for (const operator of operators.splice(0)) await operator.stop();
});

afterAll(async () => cluster.stop());

function operator(environment: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): RunningOperator {
  return operatorOf(cluster.plane.kubeconfig, environment, flags);
}

function operatorOf(kubeconfig: string, environment: Readonly<Record<string, string>>, flags: readonly string[] = []) {
  const started = new RunningOperator(kubeconfig, { NAMESPACE: namespace, ...environment }, flags);
  operators.push(started);
  return started;
}

/** Starts an operator that serves its metrics; `metric` sums up one of them over the labels that match. */
async function measuredOperator(kubeconfig: string, environment: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const started = operatorOf(kubeconfig, { ...environment, HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(port) });
  const answer = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const metric = async (name: string, labels: RegExp = /^/) => {
    const response = await answer('/metrics');
    return metricSum(await response.text(), name, labels);
  };
  return { started, answer, metric };
}

describe('the operator, run as a program against a real API server,', () => {
  test('waits for the CustomResourceDefinition, says so once, and then carries on', async () => {
    const waiting = operator();
    await waiting.hasLogged(/RegistryMirror is not installed/);
    const { out } = await entrepot(['manifests', '--namespace', namespace]);
    await cluster.apply(out);
    await cluster.mirror('early', { upstreamUrl: 'early.example.com' });
    await cluster.hasCondition('early', 'ConfigRendered', /^True/);
    expect(waiting.logged(/not installed/)).toHaveLength(1);
    expect(await waiting.stop('SIGINT')).toBe(0);
  });

  test('does all its work with the rights of its manifests', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'imageswap-system' } });
    const settings = ['--addressing-scheme', 'services', '--imageswap-namespace', 'imageswap-system'];
    const { out } = await entrepot(['manifests', '--namespace', namespace, ...settings]);
    await cluster.apply(out);
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'quay-login', namespace },
      stringData: { username: 'ali', password },
    });
    const account = `system:serviceaccount:${namespace}:entrepot-operator`;
    const kubeconfig = await cluster.plane.kubeconfigFor(account, ['system:serviceaccounts', 'system:authenticated']);
    const { started, answer, metric } = await measuredOperator(kubeconfig, {
      ADDRESSING_SCHEME: 'services',
      IMAGESWAP_NAMESPACE: 'imageswap-system',
      LEADER_ELECTION: 'on',
    });
    await cluster.mirror('quay', {
      upstreamUrl: 'quay.io',
      credentialsSecret: 'quay-login',
      addressing: [{ type: 'services' }, { type: 'hostess' }],
    });
    await cluster.hasCondition('quay', 'CertificateReady', /^True/);
    await poll('the map', async () => /mirror-quay\.io::127\.64\./.test(await mapText()), { deadlineMs: 60_000 });
    expect(await objectsOf('quay')).toEqual([
      'DaemonSet registry-mirror-quay-utils',
      'PodDisruptionBudget registry-mirror-quay',
      'Secret registry-mirror-quay-secret',
      'Secret registry-mirror-quay-tls',
      'Service registry-mirror-quay',
      'Service registry-mirror-quay-headless',
      'StatefulSet registry-mirror-quay',
    ]);
    expect(Object.keys(await cluster.conditions('quay')).sort()).toEqual([
      'Addressed',
      'CacheAvailable',
      'CertificateReady',
      'ConfigRendered',
      'Ready',
    ]);
    await poll('a line for early', async () => (await mapText()).includes('mirror-early'), { deadlineMs: 60_000 });
    await cluster.client.delete(RegistryMirror, { name: 'early' });
    await poll('none for early', async () => !(await mapText()).includes('mirror-early'), { deadlineMs: 60_000 });
    expect(await metric('entrepot_api_requests_total', /code="403"/)).toBe(0);
    expect(started.logged(/forbidden/i)).toEqual([]);
    expect((await answer('/livez')).status).toBe(200);
    expect((await answer('/readyz')).status).toBe(200);
    // The next test begins where nothing is left to be said: by then Kubernetes has looked for nodes, and found none.
    await cluster.hasCondition('quay', 'Addressed', /NoNodes/);
    await poll('an empty queue', async () => (await metric('entrepot_queue_depth')) === 0, { deadlineMs: 60_000 });
    expect(await started.stop()).toBe(0);
  });

  test('writes nothing when it starts again', async () => {
    const environment = { ADDRESSING_SCHEME: 'services', IMAGESWAP_NAMESPACE: 'imageswap-system' };
    const before = await cluster.versions(kinds);
    const { metric } = await measuredOperator(cluster.plane.kubeconfig, environment);
    await poll('reconciles', async () => (await metric('entrepot_reconciles_total', /result="done"/)) > 1, {
      deadlineMs: 60_000,
    });
    await poll('an empty queue', async () => (await metric('entrepot_queue_depth')) === 0, { deadlineMs: 60_000 });
    expect(await metric('entrepot_api_requests_total', /method="(POST|PUT|PATCH|DELETE)"/)).toBe(0);
    expect(await cluster.versions(kinds)).toEqual(before);
  });

  test('runs strategies and templates of others, and outlives their failures', async () => {
    const running = operator({ STRATEGY_SETTINGS: `{'notebook': {'title': 'names'}}` }, [
      '--strategy',
      './notebook-strategy.ts',
      '--template',
      './plain-template.ts',
    ]);
    const addressing = (fails: boolean) => [{ type: 'notebook', notebook: { fails } }];
    await cluster.mirror('good', { upstreamUrl: 'good.example.com', template: 'plain', addressing: addressing(false) });
    await cluster.mirror('bad', { upstreamUrl: 'bad.example.com', addressing: addressing(true) });
    await cluster.hasCondition('bad', 'Addressed', /^False .*notebook.*the pencil broke/);
    await cluster.hasCondition('good', 'Addressed', /^True/);
    const page = { namespace, name: 'notebook-good' };
    await poll('the page', async () => (await cluster.client.get(ConfigMap, page)) !== undefined, {
      deadlineMs: 60_000,
    });
    expect(await cluster.client.get(ConfigMap, page)).toMatchObject({ data: { names: 'mirror-good.example.com' } });
    const config = await cluster.client.get(Secret, { namespace, name: 'registry-mirror-good-secret' });
    expect(config).toMatchObject({ data: { 'default.conf': btoa('# mirror-good.example.com\n') } });
    await cluster.mirror('bad', { upstreamUrl: 'bad.example.com', addressing: addressing(false) });
    await cluster.hasCondition('bad', 'Addressed', /^True/);
    expect(running.isRunning).toBe(true);
  });

  test('leaves the work to the one that holds the Lease', async () => {
    const first = operator({ LEADER_ELECTION: 'on' });
    await first.hasLogged(/^leading$/);
    const second = operator({ LEADER_ELECTION: 'on' });
    await second.hasLogged(/^starting$/);
    await cluster.mirror('led', { upstreamUrl: 'led.example.com' });
    await cluster.hasCondition('led', 'ConfigRendered', /^True/);
    expect(second.logged(/^leading$/)).toEqual([]);
    expect(await first.stop()).toBe(0);
    await second.hasLogged(/^leading$/);
  });

  test('renews the Lease by a connection that nothing else uses, so that nothing else can hold it up', async () => {
    const { proxy, kubeconfig } = await cluster.plane.startProxy();
    const leader = operatorOf(kubeconfig, { LEADER_ELECTION: 'on' });
    await leader.hasLogged(/^leading$/);
    await cluster.mirror('beside', { upstreamUrl: 'beside.example.com' });
    await cluster.hasCondition('beside', 'ConfigRendered', /^True/);
    const ofLease = ({ path }: { readonly path: string }): boolean => path.includes('/coordination.k8s.io/');
    const before = proxy.requests.filter(ofLease).length;
    await poll('renewals', () => proxy.requests.filter(ofLease).length >= before + 3, { deadlineMs: 60_000 });
    const { lease = [], other = [] } = Object.groupBy(proxy.requests, (asked) => (ofLease(asked) ? 'lease' : 'other'));
    const connections = new Set(lease.map(({ connection }) => connection));
    expect(connections.size).toBe(1);
    expect(other.filter(({ connection }) => connections.has(connection))).toEqual([]);
    expect(other.map(({ method }) => method)).toContain('PATCH');
  });

  test('has never printed a secret', async () => {
    const all = RunningOperator.allOutput.join('\n');
    expect(all).toContain('registry-mirror-quay');
    expect(all).not.toContain(password);
    expect(all).not.toContain(btoa(password));
    expect(all).not.toContain('PRIVATE KEY');
    expect(all).not.toContain(btoa('-----BEGIN PRIVATE KEY').slice(0, 24));
  });
});

/** `Kind name` of what belongs to a mirror. */
async function objectsOf(mirror: string): Promise<readonly string[]> {
  const selection = { namespace, labelSelector: `mirror=${mirror}` };
  const kinds = [DaemonSet, PodDisruptionBudget, Secret, Service, StatefulSet];
  const lists = await Promise.all(kinds.map(async (kind) => cluster.client.list(kind, selection)));
  return lists.flatMap(({ items }, index) =>
    items.map(({ metadata }) => `${kinds[index]?.kind ?? ''} ${metadata.name}`),
  );
}

async function mapText(): Promise<string> {
  const map = await cluster.client.get(ConfigMap, { namespace: 'imageswap-system', name: 'imageswap-maps' });
  return JSON.stringify(map?.['data'] ?? '');
}
