import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timed, type Progress } from './progress.ts';
import { cached } from './tool-cache.ts';

/** Where the programs are published, and what the archive must hash to. */
export interface ProgramDownload {
  readonly version: string;
  /** etcd, kube-apiserver and kubectl, as the envtest archives hold them. */
  readonly archive: string;
  readonly archiveSha512: string;
  /** The archive lacks it; `<url>.sha512` is published beside it. */
  readonly controllerManager: string;
}

const published: Readonly<Record<string, ProgramDownload>> = {
  'linux/x64': {
    version: 'v1.34.1',
    archive:
      'https://github.com/kubernetes-sigs/controller-tools/releases/download/envtest-v1.34.1/envtest-v1.34.1-linux-amd64.tar.gz',
    // As in that repository's envtest-releases.yaml.
    archiveSha512:
      'c5e7c237ae18a8c65d0df1214b864ecd19aa9ff4f1383dbd477c202546d778c0f74efe15750ec38f57d8de26ba17cd62f404446cdd3c975399a5d4589de35cdd',
    controllerManager: 'https://dl.k8s.io/release/v1.34.1/bin/linux/amd64/kube-controller-manager',
  },
};

const answerTimeoutMs = 3_000;

/**
 * The folder with all programs, downloaded unless that was done before. Fails when nothing is published for this
 * machine, when the first answer takes more than three seconds, or when a checksum differs.
 */
export async function downloadedPrograms(
  onProgress: Progress,
  from: ProgramDownload | undefined = published[`${process.platform}/${process.arch}`],
): Promise<string> {
  if (from === undefined) throw new Error(`no programs are published for ${process.platform}/${process.arch}`);
  const key = createHash('sha256').update(JSON.stringify(from)).digest('hex').slice(0, 16);
  return cached('kubernetes-download', key, (folder) =>
    timed(onProgress, 'kubernetes', `downloading ${from.version}`, () => download(from, folder)),
  );
}

async function download(from: ProgramDownload, folder: string): Promise<void> {
  const archive = join(folder, 'envtest.tar.gz');
  await writeFile(archive, await verified(from.archive, from.archiveSha512));
  // In the archive the programs lie in controller-tools/envtest/.
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, '--strip-components=2']);
  await rm(archive);
  const checksum = (await fetchBytes(`${from.controllerManager}.sha512`)).toString().trim().slice(0, 128);
  const program = await verified(from.controllerManager, checksum);
  await writeFile(join(folder, 'kube-controller-manager'), program, { mode: 0o755 });
}

async function verified(url: string, sha512: string): Promise<Buffer> {
  const bytes = await fetchBytes(url);
  const actual = createHash('sha512').update(bytes).digest('hex');
  if (actual !== sha512) throw new Error(`${url} has the SHA-512 ${actual}, not ${sha512}`);
  return bytes;
}

/** The time limit is for the answer to begin, not for the whole of a large file. */
async function fetchBytes(url: string): Promise<Buffer> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`${new URL(url).host} did not answer`)), answerTimeoutMs);
  try {
    const response = await fetch(url, { signal: silence.signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`${new URL(url).host} cannot be reached`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
