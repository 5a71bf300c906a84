import { KubeClient, type KubernetesObject, loadConnection } from '@entrepot/kube';
import { inject } from 'vitest';
import type { Cluster } from './operator.ts';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };

/** Somebody who may do no more than what it is allowed here. */
export class LimitedAccount {
  readonly #cluster: Cluster;
  readonly #name: string;
  readonly #made: KubernetesObject[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#name = `limited-${cluster.namespace}`;
  }

  /** A client that asks as this account. */
  async connect(rules: readonly object[]): Promise<KubeClient> {
    await this.allow(rules);
    const connection = await loadConnection({ kubeconfig: inject('kubeconfig') });
    const credentials: typeof connection.credentials = async (renew) => {
      const { headers, ...others } = await connection.credentials(renew);
      return { ...others, headers: { ...headers, 'Impersonate-User': this.#name } };
    };
    return new KubeClient({ ...connection, credentials });
  }

  /** Allows more. */
  async allow(rules: readonly object[]): Promise<void> {
    const apiVersion = `${rbac.group}/${rbac.version}`;
    const metadata = { name: `${this.#name}-${this.#made.length}` };
    const roleRef = { apiGroup: rbac.group, kind: 'ClusterRole', name: metadata.name };
    const subjects = [{ apiGroup: rbac.group, kind: 'User', name: this.#name }];
    for (const object of [
      { apiVersion, kind: 'ClusterRole', metadata, rules },
      { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects },
    ]) {
      this.#made.push(await this.#cluster.client.create(object));
    }
  }

  /** Takes everything away that was made for it. */
  async leave(): Promise<void> {
    for (const { kind, metadata } of this.#made) {
      await this.#cluster.client.delete({ ...rbac, kind }, { name: metadata.name });
    }
  }
}
