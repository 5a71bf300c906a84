import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, TLSSocket } from 'node:tls';

/**
 * The DNS names in the certificate that a server showed: kubeadm, among others, puts the name of the control-plane endpoint
 * there, which pods are not told but nodes may have in their hosts file.
 */
export function namesInCertificate(socket: Socket): readonly string[] {
  if (!(socket instanceof TLSSocket)) return [];
  const names = socket.getPeerCertificate().subjectaltname ?? '';
  return names.split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice('DNS:'.length)] : []));
}

/**
 * Asks a server for its certificate, and for nothing else, so it takes no account. The certificate is not verified: a false
 * one can only make more names known.
 *
 * @throws the network's errors; an AbortError when it takes longer than `timeoutMs`
 */
export async function askForNames(server: URL, timeoutMs: number, signal: AbortSignal): Promise<readonly string[]> {
  const host = hostOf(server);
  const socket = connect({
    host,
    port: Number(server.port || 443),
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
  });
  // Whatever comes after the answer concerns nobody.
  socket.on('error', () => {});
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    return namesInCertificate(socket);
  } finally {
    socket.destroy();
  }
}

/** The name or address in a URL; an IPv6 address without its brackets. */
export function hostOf(server: URL): string {
  return server.hostname.replace(/^\[(.*)\]$/, '$1');
}
