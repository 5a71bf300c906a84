import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log/logger.ts';
import type { TrustedCASettings } from '../settings/trusted-ca-settings.ts';
import { copyCertificates, readCertificates } from './copy-certificates.ts';

/**
 * Keeps the source's certificates in every target folder until the signal aborts, and leaves them there then: a node that
 * loses its agent must go on trusting the mirror. Contents are compared every few seconds, which notices a changed Secret
 * volume (a swapped symbolic link) as well as a target that somebody else emptied. A trouble is said once, not every time.
 */
export async function keepTrustedCA(
  { source, targets, checkMs }: TrustedCASettings,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const troubles = new Map<string, string>();
  const attempt = async <T>(subject: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await action();
      troubles.delete(subject);
      return result;
    } catch (error) {
      const trouble = String(error);
      if (troubles.get(subject) !== trouble) log.error(`${trouble}; trying again every ${checkMs / 1000} s`);
      troubles.set(subject, trouble);
      return undefined;
    }
  };

  while (!signal.aborted) {
    const certificates = await attempt(source, () => readCertificates(source));
    if (certificates !== undefined) {
      for (const target of targets) {
        const written = await attempt(target, () => copyCertificates(certificates, target));
        if (written?.length) log.info(`Wrote ${written.join(' and ')}`);
      }
    }
    await delay(checkMs, undefined, { signal }).catch(() => {});
  }
}
