import { SettingError, textSetting, type Environment } from './environment.ts';

/** What every mode has. */
export interface AgentSettings {
  /** Where /readyz is served; undefined: nowhere. */
  readonly healthPort: number | undefined;
  /** The folder of the administrator's rules. */
  readonly policyDir: string;
}

/** @throws SettingError for a value that cannot be used */
export function agentSettings(environment: Environment): AgentSettings {
  const port = textSetting(environment, 'HEALTH_PORT', '');
  if (port !== '' && (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)) {
    throw new SettingError('HEALTH_PORT', port, 'a port number');
  }
  return {
    healthPort: port === '' ? undefined : Number(port),
    policyDir: textSetting(environment, 'POLICY_DIR', '/etc/entrepot/policy'),
  };
}
