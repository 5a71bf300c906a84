import { Command, InvalidArgumentError } from 'commander';

/** What `npm start` was asked for. */
export interface Options {
  /** Leave everything running until it is interrupted. */
  readonly keep: boolean;
  /** A real registry in place of our own; its host name. */
  readonly upstream: string | undefined;
  /** Repository and tag to pull. */
  readonly image: string;
}

/** Reads the command line; prints help or a usage error and ends the process where that is due. */
export function parseOptions(argv: readonly string[]): Options {
  const { keep, upstream, image } = startCommand()
    .parse([...argv])
    .opts<{ keep: boolean; upstream?: string; image?: string }>();
  return { keep, upstream, image: image ?? (upstream === undefined ? 'demo/app:1' : 'library/busybox:latest') };
}

/** The command line. Its help is kept in `help.txt` as well, for a clone in which there is nothing to run yet. */
export function startCommand(): Command {
  return new Command('npm start --')
    .configureHelp({ helpWidth: 120 })
    .description(
      'Runs the main job on this machine: a real Kubernetes control plane, the operator, nginx with the fetcher, an upstream\n' +
        'registry, and a client that pulls an image through the mirror: cold, warm, and with the upstream stopped.',
    )
    .option('--keep', 'leave everything running, print how to look around, and end on Ctrl-C', false)
    .option(
      '--upstream <host>',
      'mirror this registry instead of one started here, for example registry.example.org',
      registryHost,
    )
    .option('--image <repository:tag>', 'what to pull (default: demo/app:1, or library/busybox:latest with --upstream)')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
}

function registryHost(text: string): string {
  if (/^[a-z0-9.-]+(:\d+)?$/i.test(text)) return text;
  throw new InvalidArgumentError('It is a host name, host[:port], without a scheme and without a path.');
}
