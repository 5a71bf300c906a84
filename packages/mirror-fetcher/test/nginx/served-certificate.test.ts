import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { servedCertificate } from '../../src/nginx/served-certificate.ts';

test('a server that speaks no TLS shows no certificate, and that is an error', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const asked = servedCertificate({ host: '127.0.0.1', port: address.port }, AbortSignal.timeout(10_000));
  await expect(asked).rejects.toThrow(/wrong version number|packet length/);
});
