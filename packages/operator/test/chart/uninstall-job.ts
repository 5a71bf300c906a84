import { poll } from '@entrepot/control-plane';
import type { GroupVersionKind } from '@entrepot/kube';
import { z } from 'zod';
import { runHere } from '../cli/run-here.ts';
import type { TestCluster } from '../operator/test-cluster.ts';

const Job: GroupVersionKind = { group: 'batch', version: 'v1', kind: 'Job' };
const Pod: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };

const jobSchema = z.object({
  spec: z.object({
    activeDeadlineSeconds: z.number(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ args: z.array(z.string()) })).length(1) }) }),
  }),
});

/** What the Job that Helm made came to. */
export interface EndedJob {
  readonly activeDeadlineSeconds: number;
  readonly said: string;
}

/** Does what a node would: waits for the pod of Helm's Job, runs what its container is to run, and says how that ended. */
export async function runUninstallJob(cluster: TestCluster, namespace: string): Promise<EndedJob> {
  let name: string | undefined;
  const isThere = async (): Promise<boolean> => {
    name = await pendingPod(cluster, namespace);
    return name !== undefined;
  };
  await poll('a pod of the Job', isThere, { deadlineMs: 60_000 });
  const job = jobSchema.parse(await cluster.client.get(Job, { namespace, name: 'entrepot-uninstall' }));
  const words = job.spec.template.spec.containers.flatMap(({ args }) => args);
  const { code, said } = await runHere(cluster, namespace, words);
  const status = { phase: code === 0 ? 'Succeeded' : 'Failed' };
  await cluster.client.patch(
    Pod,
    { namespace, name: name ?? '' },
    { status },
    { type: 'merge', subresource: 'status' },
  );
  return { activeDeadlineSeconds: job.spec.activeDeadlineSeconds, said };
}

/** Of a Job before this one, a pod may be there that has ended. */
async function pendingPod(cluster: TestCluster, namespace: string): Promise<string | undefined> {
  const labelSelector = 'batch.kubernetes.io/job-name=entrepot-uninstall';
  const { items } = await cluster.client.list(Pod, { namespace, labelSelector });
  const pending = z.object({ status: z.object({ phase: z.literal('Pending') }) });
  return items.find((pod) => pending.safeParse(pod).success)?.metadata.name;
}
