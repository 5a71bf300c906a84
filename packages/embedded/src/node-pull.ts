import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A pull as the node's container runtime would make it. */
export interface PullOptions {
  /** Path of the client, crane. */
  readonly crane: string;
  /** The image, named by the mirror's host: `mirror.example.test/demo/app:1`. */
  readonly image: string;
  /** The node's root: its etc/hosts and etc/docker/certs.d are what the client sees. */
  readonly hostRoot: string;
  /** Where the image is written, as a tar file. */
  readonly file: string;
}

export interface Pull {
  readonly ms: number;
  readonly bytes: number;
}

/**
 * Pulls an image in a mount namespace of its own, where the node's hosts file stands in place of the machine's. The
 * client trusts the certificates of the mirror's certs.d folder and verifies every digest. Rejects with the client's words.
 */
export async function pull({ crane, image, hostRoot, file }: PullOptions): Promise<Pull> {
  const host = image.slice(0, image.indexOf('/'));
  const started = performance.now();
  await run('unshare', [
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
    '--mount',
    'sh',
    '-c',
    'mount --bind "$0" /etc/hosts && SSL_CERT_DIR=$1 && export SSL_CERT_DIR && shift && exec "$@"',
    join(hostRoot, 'etc/hosts'),
    join(hostRoot, 'etc/docker/certs.d', host),
    crane,
    'pull',
    image,
    file,
  ]);
  return { ms: performance.now() - started, bytes: (await stat(file)).size };
}
