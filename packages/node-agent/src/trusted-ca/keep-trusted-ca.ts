import { createHash } from 'node:crypto';
import { removeLeftovers } from '../files/replace-file.ts';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import { RefusedError, type NodePolicy } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import type { TrustedCASettings } from '../settings/trusted-ca-settings.ts';
import { certificateFilesIn } from './certificate-files.ts';
import { copyCertificates, readCertificates } from './copy-certificates.ts';

/**
 * Keeps the source's certificates in every target folder until the signal aborts, and leaves them there then: a node that
 * loses its agent must go on trusting the mirror. Contents are compared every few seconds, which notices a changed Secret
 * volume (a swapped symbolic link) as well as a target that somebody else emptied. A folder whose name the administrator keeps
 * from mirrors is left as it is, and the agent is not ready then.
 *
 * It is ready when every folder holds the source's present content, and that is the one that `sha256` names: only then may
 * the mirror serve a certificate that needs it. A kubelet brings a changed Secret about a minute late.
 */
export async function keepTrustedCA(
  { source, targets, sha256, checkMs }: TrustedCASettings,
  policy: () => Promise<NodePolicy>,
  readiness: Readiness,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let isTidied = false;
  const compare = async (): Promise<'again'> => {
    const certificates = await readCertificates(source);
    const rules = await policy();
    rules.assertAllows();
    const copies = await Promise.allSettled(
      targets.map(async ({ folder, hostname }) => {
        rules.assertAllows(hostname);
        const { tls, ca } = certificateFilesIn(folder);
        if (!isTidied) for (const path of [tls, ca]) await removeLeftovers(path);
        return copyCertificates(certificates, folder);
      }),
    );
    isTidied = true;
    const copied = copies.flatMap((copy) => (copy.status === 'fulfilled' ? [copy.value] : []));
    for (const { written } of copied) if (written.length > 0) log.info(`Wrote ${written.join(' and ')}`);
    const troubles = copies.flatMap((copy): unknown[] => (copy.status === 'rejected' ? [copy.reason] : []));
    if (troubles.length > 0) throw joined(troubles);

    const present = createHash('sha256').update(certificates).digest('hex');
    if (sha256 !== undefined && present !== sha256) {
      readiness.waits(`${source} has the SHA-256 ${present}, not yet ${sha256}`);
      return 'again';
    }
    const folders = targets.map(({ folder }) => folder).join(' and ');
    readiness.done(
      `${folders} hold the certificates of ${source}, SHA-256 ${present}`,
      copied.flatMap(({ foreign }) => (foreign === undefined ? [] : [`${foreign} stays as it is: no agent wrote it`])),
    );
    return 'again';
  };
  await repeatedly(compare, checkMs, readiness, signal);
}

/** One error for several folders; where only rules are in the way, there is nothing to try again. */
function joined(troubles: readonly unknown[]): Error {
  const isRefused = troubles.every((trouble) => trouble instanceof RefusedError);
  if (isRefused) return new RefusedError(troubles.map(({ message }) => message).join('; '));
  return new Error(troubles.map(String).join('; '));
}
