import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ReadMap } from './check-map.ts';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads the map as a pod's service account, with what Node has: loading the operator's client alone takes longer than a probe may. */
export function inClusterMap(host: string, port: string): ReadMap {
  return async ({ configMap: { namespace, name }, key }, signal) => {
    const [ca, token] = await Promise.all([
      readFile(`${serviceAccount}/ca.crt`),
      readFile(`${serviceAccount}/token`, 'utf8'),
    ]);
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const headers = { authorization: `Bearer ${token.trim()}` };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({ host, port, path, ca, headers, agent: false, signal }, resolve).on('error', reject).end();
    const answer = await promise;
    const body = await text(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw new Error(`the API server answered ${answer.statusCode ?? ''}`);
    return textOf(JSON.parse(body), key);
  };
}

/** The text of a key in a ConfigMap's data. By hand, as the schemas of the rest of the program take longer to load. */
export function textOf(configMap: unknown, key: string): string | undefined {
  const data = field(configMap, 'data');
  const value = field(data, key);
  return typeof value === 'string' ? value : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
