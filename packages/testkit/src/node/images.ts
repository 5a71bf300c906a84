import type { Environment } from './environment.ts';

/** What stands for a container image: the program it would start, on this machine. */
export interface ImageProgram {
  /** In place of the image's entrypoint; a container's `args` follow it, its `command` replaces it. */
  readonly entrypoint: readonly string[];
  /** Programs that a container's `command` may name, and where they are: `nginx` -> `/usr/sbin/nginx`. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly env?: Environment;
  /** Folders of this machine that the container needs besides the system's: they appear, read-only, at the same paths. */
  readonly folders?: readonly string[];
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment that a container has before its own variables: what the image says and where the API server is. */
export function imageEnvironment(image: ImageProgram, apiServer: URL): Environment {
  return {
    PATH: defaultPath,
    HOME: '/',
    ...image.env,
    KUBERNETES_SERVICE_HOST: apiServer.hostname,
    KUBERNETES_SERVICE_PORT: apiServer.port,
    KUBERNETES_SERVICE_PORT_HTTPS: apiServer.port,
  };
}

/** The command line of a container, see https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/. */
export function commandLine(
  image: ImageProgram,
  command: readonly string[] = [],
  args: readonly string[] = [],
): readonly string[] {
  if (command.length === 0) return [...image.entrypoint, ...args];
  const [program = '', ...rest] = command;
  return [image.programs?.[program] ?? program, ...rest, ...args];
}
