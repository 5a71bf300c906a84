import { readFile } from 'node:fs/promises';
import { builtVersion } from '@entrepot/control-plane';
import { expect, test } from 'vitest';

/** What a go.mod says of the modules of Kubernetes, versions included. */
async function kubernetesModules(file: string): Promise<readonly string[]> {
  const text = await readFile(new URL(file, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => /^\tk8s\.io\/\S+ => /.test(line) || line.includes('k8s.io/kubernetes v'));
}

test('the programs of a node are of the version of the control plane', async () => {
  const ofNode = await kubernetesModules('../go/kubernetes-node/go.mod');
  expect(ofNode).toEqual(await kubernetesModules('../../control-plane/go/go.mod'));
  expect(ofNode).toContain(`\tk8s.io/kubernetes ${builtVersion}`);
});
