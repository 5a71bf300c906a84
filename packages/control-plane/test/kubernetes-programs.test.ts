import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kubernetesPrograms } from '../src/index.ts';

describe('programs in KUBEBUILDER_ASSETS', () => {
  let assets: string;

  beforeEach(async () => {
    assets = await mkdtemp(join(tmpdir(), 'entrepot-test-'));
  });
  afterEach(() => rm(assets, { recursive: true }));

  const provide = async (...names: string[]): Promise<void> => {
    await mkdir(assets, { recursive: true });
    for (const name of names) await writeFile(join(assets, name), '', { mode: 0o755 });
  };

  test('a complete set is used as it is', async () => {
    await provide('etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl');

    expect(await kubernetesPrograms(() => {}, { assets })).toEqual({
      etcd: join(assets, 'etcd'),
      'kube-apiserver': join(assets, 'kube-apiserver'),
      'kube-controller-manager': join(assets, 'kube-controller-manager'),
      kubectl: join(assets, 'kubectl'),
    });
  });

  test('what envtest lacks, the controller manager, comes from elsewhere', async () => {
    await provide('etcd', 'kube-apiserver', 'kubectl');

    const programs = await kubernetesPrograms(() => {}, { assets, tools: 'build' });

    expect(programs.etcd).toBe(join(assets, 'etcd'));
    expect(programs['kube-apiserver']).toBe(join(assets, 'kube-apiserver'));
    expect(programs.kubectl).toBe(join(assets, 'kubectl'));
    expect(programs['kube-controller-manager']).toMatch(/\/entrepot\/tools\/kubernetes-\w+\/kube-controller-manager$/);
  });

  test('a folder without etcd or kube-apiserver is a mistake that is told', async () => {
    await provide('kubectl');

    await expect(kubernetesPrograms(() => {}, { assets })).rejects.toThrow(
      `KUBEBUILDER_ASSETS=${assets} must be a folder with the programs etcd and kube-apiserver`,
    );
  });
});
