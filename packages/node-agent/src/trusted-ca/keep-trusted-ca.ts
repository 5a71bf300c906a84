import { createHash } from 'node:crypto';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import type { NodePolicy } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import type { TrustedCASettings } from '../settings/trusted-ca-settings.ts';
import { copyCertificates, readCertificates } from './copy-certificates.ts';

/**
 * Keeps the source's certificates in every target folder until the signal aborts, and leaves them there then: a node that
 * loses its agent must go on trusting the mirror. Contents are compared every few seconds, which notices a changed Secret
 * volume (a swapped symbolic link) as well as a target that somebody else emptied.
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
  const compare = async (): Promise<'again'> => {
    const certificates = await readCertificates(source);
    (await policy()).assertAllows();
    const copies = await Promise.allSettled(targets.map((target) => copyCertificates(certificates, target)));
    for (const { written } of copies.flatMap((copy) =>
      copy.status === 'fulfilled' ? [{ written: copy.value }] : [],
    )) {
      if (written.length > 0) log.info(`Wrote ${written.join(' and ')}`);
    }
    const troubles = copies.flatMap((copy) => (copy.status === 'rejected' ? [String(copy.reason)] : []));
    if (troubles.length > 0) throw new Error(troubles.join('; '));

    const present = createHash('sha256').update(certificates).digest('hex');
    if (sha256 !== undefined && present !== sha256) {
      readiness.waits(`${source} has the SHA-256 ${present}, not yet ${sha256}`);
    } else readiness.done(`${targets.join(' and ')} hold the certificates of ${source}, SHA-256 ${present}`);
    return 'again';
  };
  await repeatedly(compare, checkMs, readiness, signal);
}
