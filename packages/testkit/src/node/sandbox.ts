/** A folder or file of this machine and the absolute path under which the container sees it. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** What a container may see and who it is. */
export interface SandboxOptions {
  /** An empty folder; the container's root is mounted over it where only the container sees that. */
  readonly root: string;
  /** Folders of this machine that the container sees read-only under the same paths, besides the system's own. */
  readonly folders: readonly string[];
  /** Volumes, in the order in which they are mounted. */
  readonly mounts: readonly Mount[];
  readonly isRootReadOnly: boolean;
  readonly workingDirectory: string;
  /** Inside, the program is this user and group, without any privilege; undefined: root. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
// What programs look up without being told: names, certificates, time zone, libraries. Nothing else of /etc is there.
const systemFiles = [
  'ssl',
  'hosts',
  'resolv.conf',
  'nsswitch.conf',
  'ld.so.cache',
  'localtime',
  'protocols',
  'services',
];
const devices = ['null', 'zero', 'full', 'random', 'urandom'];

/**
 * A shell script that gives its arguments, a command line, a file system of their own and becomes that program. It must
 * run in a mount namespace and a PID namespace of its own: what it mounts is seen by nobody else and goes with it.
 */
export function sandboxScript(options: SandboxOptions): string {
  const { root, folders, mounts, isRootReadOnly, workingDirectory, user } = options;
  return [
    'set -eu',
    // The environment is the container's; its PATH is not for this script.
    'container_path=${PATH-}',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `root=${quote(root)}`,
    ...functions,
    'mount -t tmpfs -o mode=0755 tmpfs "$root"',
    'mkdir -p "$root/proc" "$root/dev" "$root/etc" "$root/tmp" "$root/var" "$root/run"',
    'chmod 1777 "$root/tmp"',
    'mount -t proc proc "$root/proc"',
    ...systemFolders.map((path) => `system ${quote(path)}`),
    ...systemFiles.map((name) => `[ ! -e /etc/${name} ] || visible /etc/${name} /etc/${name} ro`),
    `printf '%s\\n' root:x:0:0::/: container:x:${user?.uid ?? 1}:${user?.gid ?? 1}::/: > "$root/etc/passwd"`,
    `printf '%s\\n' root:x:0: container:x:${user?.gid ?? 1}: > "$root/etc/group"`,
    ...devices.map((name) => `visible /dev/${name} /dev/${name} rw`),
    'ln -s /proc/self/fd "$root/dev/fd"; ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"',
    ...folders.map((path) => `visible ${quote(path)} ${quote(path)} ro`),
    ...mounts.map(
      ({ source, target, readOnly }) => `visible ${quote(source)} ${quote(target)} ${readOnly ? 'ro' : 'rw'}`,
    ),
    `mkdir -p "$root"${quote(workingDirectory)}`,
    isRootReadOnly ? 'mount -o remount,bind,ro "$root"' : '',
    'unshare=$(command -v unshare)',
    'PATH=$container_path',
    `exec "$unshare" ${identity(user)} --root="$root" --wd=${quote(workingDirectory)} -- "$@"`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** `visible SOURCE TARGET ro|rw` mounts a file or folder; `system PATH` does so too, or repeats the link that it is. */
const functions = [
  'visible() {',
  '  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; [ -e "$root$2" ] || : > "$root$2"; fi',
  '  mount --rbind "$1" "$root$2"',
  '  if [ "$3" = ro ]; then mount -o remount,bind,ro "$root$2"; fi',
  '}',
  'system() {',
  '  if [ -L "$1" ]; then ln -s "$(readlink "$1")" "$root$1"; elif [ -d "$1" ]; then visible "$1" "$1" ro; fi',
  '}',
];

/**
 * A user namespace makes the program another user in name only: files that belong to the one who runs the tests stay its
 * own, so nothing has to change hands.
 */
function identity(user: SandboxOptions['user']): string {
  return user === undefined ? '' : `--user --map-user=${user.uid} --map-group=${user.gid}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
