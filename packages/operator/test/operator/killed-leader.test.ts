import { poll } from '@entrepot/control-plane';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entrepot } from '../cli/run-program.ts';
import { RunningOperator } from './running-operator.ts';
import { TestCluster, withConditions } from './test-cluster.ts';
import { type Write, writesAmong } from './write.ts';

const namespace = 'mirrors';
const ofStatus = 'patch registrymirrors/status';
/** The writes of a mirror, but for its status. */
const eachOnce = {
  'create services registry-mirror-*': 1,
  'create services registry-mirror-*-headless': 1,
  'create secrets registry-mirror-*-secret': 1,
  'create secrets registry-mirror-*-tls': 1,
  'create poddisruptionbudgets registry-mirror-*': 1,
  'create statefulsets registry-mirror-*': 1,
  'create daemonsets registry-mirror-*-utils': 1,
  'patch registrymirrors *': 1,
};
const crowd = Array.from({ length: 20 }, (_, index) => `crowd-${String(index).padStart(2, '0')}`);

/** In the order in which they lead. */
const users = ['first', 'second'];

let cluster: TestCluster;
const operators: RunningOperator[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ audit: 'Request' });
  const { out } = await entrepot(['manifests', '--namespace', namespace]);
  await cluster.apply(out);
}, 900_000);

afterAll(async () => {
  for (const operator of operators) await operator.stop();
  await cluster.stop();
});

test('an operator that is killed while it works is replaced within 20 seconds, and nothing is written or said twice', async () => {
  const first = await candidate('first');
  await first.hasLogged(/^leading$/);
  const second = await candidate('second');
  await second.hasLogged(/^all informers are complete$/);

  await apply(crowd);
  const half = (Object.keys(eachOnce).length * crowd.length) / 2;
  await poll('half of the work', async () => (await writesOf(crowd)).length > half, { deadlineMs: 60_000, everyMs: 5 });
  await first.killOutright();
  const killedAt = performance.now();
  await second.hasLogged(/^leading$/);
  const takenOverMs = performance.now() - killedAt;
  await hasSettled(crowd);

  process.stdout.write(`another operator leads ${Math.round(takenOverMs)} ms after kill -9 of the first\n`);
  expect(takenOverMs).toBeLessThan(20_000);
  const writes = await writesOf(crowd);
  expect(writes.filter(({ user }) => user === 'second').length).toBeGreaterThan(0);
  for (const name of crowd) {
    expect({ name, ...tally(name, writes) }).toEqual({ name, ...eachOnce });
    const said = statusesOf(name, writes);
    expect(said.filter((one, at) => said.indexOf(one) !== at)).toEqual([]);
    // Whoever takes over does not go back to what is over by then.
    expect(said.flatMap((one, at) => takenBack(one, said[at + 1]))).toEqual([]);
  }
});

async function candidate(user: string): Promise<RunningOperator> {
  const kubeconfig = await cluster.plane.kubeconfigFor(user, ['system:masters']);
  const operator = new RunningOperator(kubeconfig, { NAMESPACE: namespace, LEADER_ELECTION: 'on' });
  operators.push(operator);
  return operator;
}

/** Creates mirrors, all at once. */
async function apply(names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name },
    spec: { upstreamUrl: `${name}.example.com` },
  }));
  await cluster.apply({ apiVersion: 'v1', kind: 'List', items });
}

/** Resolves when the mirrors have all that they can have without nodes, and nothing more has been written for two seconds. */
async function hasSettled(names: readonly string[]): Promise<void> {
  for (const name of names) await cluster.hasCondition(name, 'CertificateReady', /^True/);
  let last = { count: 0, atMs: 0 };
  const isQuiet = async () => {
    const { length: count } = await writesOf(names);
    if (count !== last.count) last = { count, atMs: performance.now() };
    return performance.now() - last.atMs > 2_000;
  };
  await poll('writes to end', isQuiet, { deadlineMs: 60_000, everyMs: 100 });
}

/** What the operators wrote of these mirrors: the objects' names hold the mirror's. */
async function writesOf(names: readonly string[]): Promise<readonly Write[]> {
  const requests = await Promise.all(users.map(async (user) => cluster.plane.audit.requestsOf(user)));
  return writesAmong(requests.flat()).filter(({ name }) => names.some((mirror) => name.includes(mirror)));
}

/** How often each object of a mirror was written, as in `create services registry-mirror-*`; its status aside. */
function tally(mirror: string, writes: readonly Write[]): Readonly<Record<string, number>> {
  const own = writes.filter(({ name, what }) => name.includes(mirror) && what !== ofStatus);
  const groups = Object.groupBy(done(own, titleOf), ({ what, name }) => `${what} ${name.replace(mirror, '*')}`);
  return Object.fromEntries(Object.entries(groups).map(([what, all = []]) => [what, all.length]));
}

/** What the statuses of a mirror said, one after the other. */
function statusesOf(mirror: string, writes: readonly Write[]): readonly string[] {
  const own = writes.filter(({ name, what }) => name === mirror && what === ofStatus);
  return done(own, saidBy).map(saidBy);
}

/** What was being written when the first operator was killed counts when nobody has written it again: then it was done. */
function done(writes: readonly Write[], keyOf: (write: Write) => string): readonly Write[] {
  const answered = new Set(writes.filter(({ isAnswered }) => isAnswered).map(keyOf));
  return writes.filter((write) => write.isAnswered || !answered.has(keyOf(write)));
}

function titleOf({ what, name }: Write): string {
  return `${what} ${name}`;
}

/** One line for each condition: `Type Status Reason: message`. */
function saidBy({ body }: Write): string {
  const { conditions } = withConditions.parse(body).status;
  return conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`).join('\n');
}

/** The conditions that were true, and in the next status are not. */
function takenBack(one: string, next = one): readonly string[] {
  const trueIn = (text: string) => Array.from(text.matchAll(/^(\S+) True/gm), ([, type]) => type);
  const after = trueIn(next);
  return trueIn(one)
    .filter((type) => !after.includes(type))
    .map((type) => `${type}:\n${one}\n${next}`);
}
