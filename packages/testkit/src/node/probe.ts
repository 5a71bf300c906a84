import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import type { Container, Probe } from './pod.ts';

/** Runs a command in the container that is probed. */
export type Execute = (command: readonly string[], timeoutMs: number) => Promise<void>;

/**
 * Asks once; fails with the reason when the answer is not good. As a kubelet does, it takes any HTTP status from 200 to
 * 399, and does not verify certificates. All pods are on this machine's loopback address.
 */
export async function probeOnce(probe: Probe, container: Container, execute: Execute): Promise<void> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1_000;
  if (probe.httpGet !== undefined) return probeHttp(probe.httpGet, container, timeoutMs);
  if (probe.tcpSocket !== undefined) return probeTcp(portNumber(probe.tcpSocket.port, container), timeoutMs);
  if (probe.exec !== undefined) return execute(probe.exec.command, timeoutMs);
  throw new Error('only httpGet, tcpSocket and exec probes are known here');
}

function probeHttp(get: NonNullable<Probe['httpGet']>, container: Container, timeoutMs: number): Promise<void> {
  const isSecure = get.scheme === 'HTTPS';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const asked = (isSecure ? requestHttps : requestHttp)({
    host: '127.0.0.1',
    port: portNumber(get.port, container),
    path: get.path ?? '/',
    headers: {
      'user-agent': 'kube-probe',
      ...Object.fromEntries(get.httpHeaders?.map((h) => [h.name, h.value]) ?? []),
    },
    agent: false,
    timeout: timeoutMs,
    ...(isSecure && { rejectUnauthorized: false }),
  });
  asked.on('response', (response) => {
    response.resume();
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 400) resolve();
    else reject(new Error(`HTTP probe failed with statuscode: ${status}`));
  });
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`))).on('error', reject);
  asked.end();
  return promise;
}

function probeTcp(port: number, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: '127.0.0.1', port, timeout: timeoutMs });
  socket.on('timeout', () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`))).on('error', reject);
  socket.on('connect', () => {
    resolve();
    socket.destroy();
  });
  return promise;
}

function portNumber(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port);
  if (named === undefined) throw new Error(`container ${container.name} has no port named ${port}`);
  return named.containerPort;
}
