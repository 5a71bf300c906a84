import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poll } from '@entrepot/control-plane';
import { KubeClient, type KubernetesObject, loadConnection } from '@entrepot/kube';
import { ThrowawayAuthority } from '@entrepot/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MainJob, runMainJob } from '../src/main-job.ts';
import { mirrorHost, mirrorName } from '../src/mirror-manifest.ts';
import { nginxProgram } from '../src/nginx-program.ts';
import { parseOptions } from '../src/options.ts';
import { Stage } from '../src/stage.ts';
import { SteadyClient } from './steady-client.ts';

const stage = new Stage(() => {});
const secretKind = { group: '', version: 'v1', kind: 'Secret' };
const mirrorKind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };
const namespace = 'default';
/** By themselves they wait for nobody: the more of them, the likelier is a handshake in the middle of one. */
const renewals = 10;

let temporary: string;
let client: KubeClient;
let surroundings: MainJob['surroundings'];
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'rotation-'));
  const job = await runMainJob(stage, temporary, await nginxProgram(), parseOptions(['node', 'main']));
  surroundings = job.surroundings;
  client = new KubeClient(await loadConnection({ kubeconfig: surroundings.kubeconfig }));
});
afterAll(async () => {
  await client?.close();
  await stage.end();
  await rm(temporary, { recursive: true, force: true });
});

async function certificateReady(): Promise<string> {
  type WithConditions = KubernetesObject & {
    readonly status?: { readonly conditions?: readonly { type: string; reason: string }[] };
  };
  const mirror = await client.get<WithConditions>(mirrorKind, { name: mirrorName });
  return mirror?.status?.conditions?.find(({ type }) => type === 'CertificateReady')?.reason ?? 'none';
}

/** What a user's Secret holds, with a key that was never used before. */
async function pairOf(
  authority: ThrowawayAuthority,
): Promise<Readonly<Record<'tls.crt' | 'tls.key' | 'ca.crt', string>>> {
  const { cert, key } = await authority.issue([mirrorHost]);
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.caCertificate };
}

const patchMirror = async (spec: object) => client.patch(mirrorKind, { name: mirrorName }, { spec }, { type: 'merge' });

test('under continuous pulls no handshake and no pull fails while the certificate changes, whatever the reason', async () => {
  const steady = new SteadyClient(surroundings);
  const running = steady.run();
  const served: string[] = [];
  const rotate = async (title: string, change: () => Promise<unknown>): Promise<X509Certificate> => {
    const before = steady.seen;
    await change();
    await poll(`another certificate after: ${title}`, () => Promise.resolve(steady.seen !== before), {
      deadlineMs: 90_000,
    });
    // The pods may serve the former one for a moment, and clients go on meanwhile.
    const { handshakes, pulls } = steady;
    const isLater = () => Promise.resolve(steady.handshakes > handshakes + 20 && steady.pulls > pulls + 1);
    await poll('further handshakes and pulls', isLater, { deadlineMs: 60_000 });
    expect(await certificateReady()).not.toBe('WaitingForNodes');
    const certificate = new X509Certificate(steady.seen ?? '');
    served.push(certificate.fingerprint256);
    console.log(
      `${title}: ${steady.handshakes} handshakes and ${steady.pulls} pulls so far, ${steady.failures.length} failed`,
    );
    return certificate;
  };
  const first = await steady.firstSeen;
  served.push(new X509Certificate(first).fingerprint256);

  const ofNewCA = await rotate('own CA made anew', () => client.delete(secretKind, { namespace, name: 'entrepot-ca' }));
  expect(ofNewCA.issuer).toBe('CN=Entrepot mirrors');
  expect(steady.failures).toEqual([]);

  const one = await pairOf(await ThrowawayAuthority.create());
  const metadata = { namespace, name: 'theirs' };
  await client.create({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', stringData: one }, {});
  const ofUser = await rotate("a user's Secret in place of the own CA", () =>
    patchMirror({ tls: { secretName: 'theirs' } }),
  );
  expect(ofUser.fingerprint256).toBe(new X509Certificate(one['tls.crt']).fingerprint256);

  const replaceTheirs = async (title: string, authority: ThrowawayAuthority): Promise<void> => {
    const pair = await pairOf(authority);
    const certificate = await rotate(title, () =>
      client.patch(secretKind, metadata, { stringData: pair }, { type: 'merge' }),
    );
    expect(certificate.fingerprint256).toBe(new X509Certificate(pair['tls.crt']).fingerprint256);
  };
  const theirAuthority = await ThrowawayAuthority.create();
  await replaceTheirs("the user's Secret changed to a certificate of another CA", theirAuthority);
  for (let renewal = 1; renewal <= renewals; renewal += 1) {
    await replaceTheirs(`the user's Secret renewed by the same CA, with another key, ${renewal}`, theirAuthority);
  }

  steady.stop();
  await running;
  expect(new Set(served).size).toBe(4 + renewals);
  expect(steady.failures).toEqual([]);
  const folder = join(surroundings.hostRoot, 'etc/docker/certs.d', mirrorHost);
  expect(await readFile(join(folder, 'ca.crt'), 'utf8')).not.toContain('PRIVATE KEY');
});
