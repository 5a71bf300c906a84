import { Agent, request } from 'node:https';
import type { KeyPair } from './certificate-authority.ts';

/** Who asks, and whom to trust. */
export interface ApiCredentials {
  readonly certificateAuthority: string;
  readonly client: KeyPair;
}

/** The status of the answer to a GET request; fails when there is no answer within a second. */
export function requestStatus(url: string, { certificateAuthority, client }: ApiCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ ca: certificateAuthority, cert: client.certificate, key: client.key });
    const asked = request(url, { agent, timeout: 1_000 }, (response) => {
      response.resume().on('end', () => {
        agent.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`${url} did not answer`))).on('error', reject);
    asked.end();
  });
}
