import { basename } from 'node:path';
import { z } from 'zod';
import { ConfigMap, Secret } from '../api/group.ts';
import { textsOf } from '../certificates/secret-texts.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import { podLayout } from './pod-layout.ts';
import type { ValidMirror } from './survey.ts';

/** What is wrong with a Secret or ConfigMap that a mirror's configuration relies on, and the reason for the condition. */
export interface ConfigProblem {
  readonly reason: string;
  readonly message: string;
}

const bundleShape = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  binaryData: z.record(z.string(), z.string()).default({}),
});

/** The first problem with what others have to provide: the credentials, the bundle of CAs. */
export function configProblem(
  mirror: ValidMirror,
  state: ClusterState,
  settings: MirrorSettings,
): ConfigProblem | undefined {
  return credentialsProblem(mirror, state, settings.namespace) ?? bundleProblem(state, settings);
}

function secretTexts(
  state: ClusterState,
  namespace: string,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const secret = state.get(Secret, { namespace, name });
  return secret === undefined ? undefined : textsOf(secret);
}

function credentialsProblem({ spec }: ValidMirror, state: ClusterState, namespace: string): ConfigProblem | undefined {
  const { credentialsSecret } = spec;
  if (credentialsSecret === undefined) return undefined;
  const texts = secretTexts(state, namespace, credentialsSecret);
  const secret = `Secret ${namespace}/${credentialsSecret} of spec.credentialsSecret`;
  if (texts === undefined) return { reason: 'CredentialsMissing', message: `${secret} does not exist` };
  const missing = ['username', 'password'].filter((key) => (texts[key] ?? '') === '');
  if (missing.length === 0) return undefined;
  return { reason: 'CredentialsIncomplete', message: `${secret} has no ${missing.join(' and no ')}` };
}

function bundleProblem(state: ClusterState, { namespace, caBundle }: MirrorSettings): ConfigProblem | undefined {
  if (caBundle === undefined) return undefined;
  const bundle = state.get(ConfigMap, { namespace, name: caBundle });
  const configMap = `ConfigMap ${namespace}/${caBundle} with the CAs to trust`;
  if (bundle === undefined) {
    return { reason: 'CABundleMissing', message: `${configMap} does not exist; pods wait for it` };
  }
  const { data, binaryData } = bundleShape.parse(bundle);
  const key = basename(podLayout.upstreamCAs);
  if (key in data || key in binaryData) return undefined;
  return { reason: 'CABundleIncomplete', message: `${configMap} has no key ${key}` };
}
