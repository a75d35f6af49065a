import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VOLUME_PATH_VARIABLE } from './machine-mount.ts';
import type { MachineMount } from './machine-mount.ts';
import { mountScript } from './mount-script.ts';
import type { Binding, DirectoryReader } from './mount-script.ts';

/** A command line with its directory and environment. */
interface Launch {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** By full name: a machine's PATH may not lead there. */
const UNSHARE = ['/usr/bin/unshare', '/bin/unshare'].find((path) => existsSync(path));
/** As root, else as root of a user namespace, where the system lets users make one. */
const WAYS = [['-m'], ['-r', '-m']] as const;
/** A trial that hangs must not keep the cloud from starting a machine. */
const TRIAL_TIMEOUT_MS = 5_000;

/**
 * The command with its volume and files in place. On Linux, as root or where users may make namespaces, the process sees
 * them at the very paths that the config says. Elsewhere only `FLY_VOLUME_PATH` leads to the volume, and files cannot be
 * placed: throws. That variable is right in every case.
 */
export function mountedCommand(
  launch: Launch,
  mounts: readonly MachineMount[],
  home: string,
  findUnshare: () => readonly string[] | null = ownMounts,
): Launch {
  if (mounts.length === 0 || launch.command.length === 0) return launch;
  const unshare = findUnshare();
  const volume = mounts.find(({ kind }) => kind === 'volume');
  const volumePath = unshare === null ? volume?.source : volume?.path;
  const env = volumePath === undefined ? launch.env : { ...launch.env, [VOLUME_PATH_VARIABLE]: volumePath };
  if (unshare === null) {
    const file = mounts.find(({ kind }) => kind === 'file');
    if (file === undefined) return { ...launch, env };
    throw new Error(`no file can be put at ${file.path}: processes cannot have mounts of their own here`);
  }
  const scratch = join(home, '.root');
  mkdirSync(scratch, { recursive: true });
  const bindings = mounts.flatMap((mount) => bindingsOf(mount));
  const script = mountScript({ bindings, cwd: launch.cwd, scratch, reader });
  return { ...launch, env, command: [...unshare, '/bin/sh', '-c', script, 'sh', ...launch.command] };
}

/** Whether processes can be given mounts of their own here. */
export function hasOwnMounts(): boolean {
  return ownMounts() !== null;
}

let found: readonly string[] | null | undefined;

/** What gives a process mounts of its own, found out once by trying; null where nothing does. */
function ownMounts(): readonly string[] | null {
  if (found !== undefined) return found;
  const way = UNSHARE === undefined ? undefined : WAYS.find((options) => canMount(UNSHARE, options));
  found = UNSHARE === undefined || way === undefined ? null : [UNSHARE, ...way];
  return found;
}

function canMount(unshare: string, options: readonly string[]): boolean {
  // A mount that nobody but this very shell ever sees.
  const script = 'command -v chroot && mount -t tmpfs tmpfs /tmp';
  const trial = spawnSync(unshare, [...options, '/bin/sh', '-c', script], {
    timeout: TRIAL_TIMEOUT_MS,
    stdio: 'ignore',
  });
  return trial.status === 0;
}

/** Inside the image something must be there to mount onto; outside, the script sees to it. */
function bindingsOf({ kind, source, path, inImage }: MachineMount): Binding[] {
  const binding = { kind: kind === 'volume' ? ('directory' as const) : ('file' as const), source };
  if (inImage === null) return [{ ...binding, path }];
  if (kind === 'volume') mkdirSync(inImage, { recursive: true });
  else if (!existsSync(inImage)) {
    mkdirSync(dirname(inImage), { recursive: true });
    writeFileSync(inImage, '');
  }
  return [
    { ...binding, path: inImage },
    { ...binding, path },
  ];
}

const reader: DirectoryReader = {
  kindOf: (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : stats.isDirectory() ? 'directory' : 'file';
  },
  entries: (path) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'file',
    })),
};
