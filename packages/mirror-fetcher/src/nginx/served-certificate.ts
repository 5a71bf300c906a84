import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';

const patienceMs = 5000;

/**
 * The certificate that a server shows in a full handshake, whoever signed it.
 *
 * @throws when nobody listens, or the handshake fails or takes longer than five seconds
 */
export async function servedCertificate(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<X509Certificate> {
  const socket = connect({ host, port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) throw new Error(`${host}:${port} shows no certificate`);
    return certificate;
  } finally {
    // An abort leaves the socket without a listener for what it may still report.
    socket.on('error', () => {});
    socket.destroy();
  }
}
