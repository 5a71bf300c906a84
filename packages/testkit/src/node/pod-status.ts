import type { Container, Pod, PodSpec } from './pod.ts';

/** What a container is doing, in the API's own shape (`status.containerStatuses[].state`). */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: { readonly exitCode: number; readonly reason: string; readonly finishedAt: string } };

/** All that a pod's status says about one container. */
export interface ContainerReport {
  readonly state: ContainerState;
  readonly lastState: ContainerState | undefined;
  readonly isReady: boolean;
  readonly restarts: number;
}

/** Where a pod is said to be; see pod-addresses.ts. */
export interface PodAddress {
  readonly podIP: string;
  readonly hostIP: string;
}

/** The status a kubelet would write: what the workload and endpoint controllers look at. Times are kept from `previous`. */
export function podStatus(
  spec: PodSpec,
  previous: Pod['status'],
  reports: ReadonlyMap<string, ContainerReport>,
  { podIP, hostIP }: PodAddress,
  now: string,
): Readonly<Record<string, unknown>> {
  const all = spec.containers.map(({ name }) => reports.get(name));
  const isReady = all.every((report) => report?.isReady === true);
  const notReady = spec.containers.filter(({ name }) => reports.get(name)?.isReady !== true);
  const unready = isReady
    ? {}
    : { reason: 'ContainersNotReady', message: `not ready: ${notReady.map(({ name }) => name).join(', ')}` };
  const condition = (type: string, isTrue: boolean, details: object): object => {
    const status = isTrue ? 'True' : 'False';
    return { type, status, lastTransitionTime: transitionTime(previous, type, status) ?? now, ...details };
  };
  return {
    phase: phaseOf(all),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: previous?.['startTime'] ?? now,
    conditions: [
      condition('PodScheduled', true, {}),
      condition('Initialized', true, {}),
      condition('ContainersReady', isReady, unready),
      condition('Ready', isReady, unready),
    ],
    containerStatuses: spec.containers.map((container) => containerStatus(container, reports.get(container.name))),
  };
}

function phaseOf(reports: readonly (ContainerReport | undefined)[]): string {
  const states = reports.map((report) => report?.state);
  if (states.every((state) => state !== undefined && 'terminated' in state)) {
    return states.every((state) => state.terminated.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  const hasStarted = reports.some(
    (report) => report !== undefined && (report.restarts > 0 || !('waiting' in report.state)),
  );
  return hasStarted ? 'Running' : 'Pending';
}

function containerStatus({ name, image }: Container, report: ContainerReport | undefined): object {
  const state = report?.state ?? { waiting: { reason: 'ContainerCreating', message: '' } };
  return {
    name,
    image,
    imageID: '',
    ready: report?.isReady ?? false,
    started: 'running' in state,
    restartCount: report?.restarts ?? 0,
    state,
    lastState: report?.lastState ?? {},
  };
}

function transitionTime(previous: Pod['status'], type: string, status: string): unknown {
  const conditions: unknown = previous?.['conditions'];
  if (!Array.isArray(conditions)) return undefined;
  const before: unknown = conditions.find((condition: unknown) => isRecord(condition) && condition['type'] === type);
  return isRecord(before) && before['status'] === status ? before['lastTransitionTime'] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
