const capacity = '100Gi';
const volumesPerNode = 8;

/** Where a node has the folders that its volumes are. */
export const volumeFolders = Array.from({ length: volumesPerNode }, (_, index) => `/var/local-volumes/${index}`);

/** Volumes for claims of the default class: folders of this node, which do not follow a pod to another one. */
export function localVolumes(node: string): readonly object[] {
  return volumeFolders.map((path, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${node}-${index}`, labels: { node } },
    spec: {
      capacity: { storage: capacity },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      // A volume that was used is not given out again by itself: its files are still there.
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  }));
}
