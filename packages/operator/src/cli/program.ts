import { Command } from 'commander';
import { version } from '../version.ts';
import { crdsCommand } from './crds-command.ts';
import { exitCodesHelp } from './exit.ts';
import type { Host } from './host.ts';
import { manifestsCommand } from './manifests-command.ts';
import { operatorCommand } from './operator-command.ts';
import { renderCommand } from './render-command.ts';
import { uninstallCommand } from './uninstall-command.ts';

const about = `Keeps container images close to the nodes that pull them.

Entrepot runs a caching mirror of an image registry for every RegistryMirror of the cluster, and
makes nodes or pods use it.`;

const firstSteps = `
First steps:
  entrepot manifests | kubectl apply -f -     installs the operator in the cluster
  entrepot render -f mirror.yaml              shows what it would make of a RegistryMirror`;

/** The command line `entrepot`; nothing in it knows the process it runs in. */
export function program(host: Host): Command {
  const root = new Command('entrepot').description(about).version(version, '-V, --version', 'print the version');
  for (const commandFor of [operatorCommand, renderCommand, crdsCommand, manifestsCommand, uninstallCommand]) {
    root.addCommand(commandFor(host));
  }
  return inherit(root.addHelpText('after', firstSteps), host);
}

/** Commands that were made on their own take over nothing from their parent: each is told how to speak and fail. */
function inherit(command: Command, host: Host): Command {
  command
    .exitOverride()
    .showHelpAfterError(`('${[command.parent?.name(), command.name()].join(' ').trim()} --help' tells more)`)
    .configureOutput({ writeOut: (text) => host.out(text), writeErr: (text) => host.say(text) })
    .configureHelp({ helpWidth: 100, showGlobalOptions: false })
    .addHelpText('after', exitCodesHelp);
  for (const child of command.commands) inherit(child, host);
  return command;
}
