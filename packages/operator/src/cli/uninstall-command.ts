import { Command } from 'commander';
import { KubeClient } from '@entrepot/kube';
import { connect } from '../connect.ts';
import { Complaints } from '../settings/complaints.ts';
import { settingDefinitions } from '../settings/definitions.ts';
import { givenSettings } from '../settings/given-settings.ts';
import { readSettings } from '../settings/read-settings.ts';
import { durationMs } from '../settings/value-schemas.ts';
import { uninstall } from '../uninstall/uninstall.ts';
import { version } from '../version.ts';
import type { Host } from './host.ts';

const about = `Takes away what the operator made in a cluster, in the right order: deletes all RegistryMirrors, waits
until their nodes have forgotten them (the operator must run for that), stops the operator, and deletes
its Lease, its inventory and its CA. It can be repeated at any time.

'helm uninstall' does this by itself. Without Helm, delete the manifests afterwards, but not the namespace, which
claims and objects of others may be in.`;

const examples = `
Examples:
  entrepot uninstall --namespace mirrors &&
    entrepot manifests --namespace mirrors --without-namespace | kubectl delete -f -
  entrepot uninstall --timeout 15m --delete-claims`;

/** `entrepot uninstall` */
export function uninstallCommand(host: Host): Command {
  return new Command('uninstall')
    .summary('delete all mirrors, wait for nodes, stop the operator')
    .description(about)
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', "context of the kubeconfig; default: the file's own")
    .option('--namespace <namespace>', "the operator's namespace (env: NAMESPACE, default: default)")
    .option('--timeout <duration>', 'how long all of it may take, waiting for nodes included', '11m')
    .option('--delete-claims', 'delete the claims of mirrors, too, and with them what is cached')
    .option('--quiet', 'tell only what came of it, not what is waited for')
    .addHelpText('after', examples)
    .action(async ({ timeout, namespace, deleteClaims = false, quiet = false, ...cluster }: UninstallFlags) => {
      const given = read({ NAMESPACE: namespace, TIMEOUT: timeout }, host);
      const options = { ...given, deletesClaims: deleteClaims, isQuiet: quiet };
      const client = new KubeClient(await connect(cluster), { userAgent: `entrepot-uninstall/${version}` });
      try {
        await uninstall(client, options, host);
      } finally {
        await client.close();
      }
    });
}

interface UninstallFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly timeout: string;
  readonly deleteClaims?: boolean;
  readonly quiet?: boolean;
}

/** @throws SettingsError that lists what is wrong */
function read(
  flags: { readonly NAMESPACE: string | undefined; readonly TIMEOUT: string },
  host: Host,
): { readonly namespace: string; readonly limitMs: number } {
  const given = givenSettings({ NAMESPACE: flags.NAMESPACE }, { NAMESPACE: host.environment['NAMESPACE'] });
  const complaints = new Complaints(given);
  const { namespace } = readSettings(given, complaints);
  const limit = durationMs.safeParse(flags.TIMEOUT);
  if (!limit.success) complaints.add('--timeout', flags.TIMEOUT, settingDefinitions.nodeWithdrawalLimit.wants);
  complaints.throwIfAny();
  return { namespace, limitMs: limit.data ?? 0 };
}
