import { spawnSync } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

/**
 * How Postgres, which refuses to run as root, is run: `direct` as the user we are; `namespace` as root outside and as
 * nobody inside a user namespace (no change of owner needed); `nobody` with that user's id (files are given to it).
 */
export type PostgresRunMode = 'direct' | 'namespace' | 'nobody';

/** Runs Postgres programs in one {@link PostgresRunMode}. */
export interface PostgresLauncher {
  readonly mode: PostgresRunMode;
  /** Who must own what Postgres writes; null when files we make are right as they are. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** What to spawn so that `program` runs in this mode. It takes the place of the spawned process: same pid. */
  command(program: string, args: readonly string[]): LaunchCommand;
}

/** Arguments of `child_process.spawn`. */
export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** The user `nobody`: the only unprivileged one that has a passwd entry everywhere, and initdb asks for one. */
const NOBODY = 65534;

const LAUNCHERS: Record<PostgresRunMode, PostgresLauncher> = {
  direct: {
    mode: 'direct',
    owner: null,
    command: (program, args) => ({ file: program, args, user: {} }),
  },
  namespace: {
    mode: 'namespace',
    owner: { uid: 0, gid: 0 },
    // unshare replaces itself by the program, and only the user namespace is new, so the pid stays the host's.
    command: (program, args) => ({
      file: 'unshare',
      args: ['--user', `--map-user=${NOBODY}`, program, ...args],
      user: {},
    }),
  },
  nobody: {
    mode: 'nobody',
    owner: { uid: NOBODY, gid: NOBODY },
    command: (program, args) => ({ file: program, args, user: { uid: NOBODY, gid: NOBODY } }),
  },
};

/**
 * The way Postgres can be run here: directly for an ordinary user; for root in a user namespace where the kernel allows
 * one, else as nobody. `mode` forces one. Throws `CLOUD_POSTGRES_FAILED` when the binaries do not run.
 */
export function choosePostgresLauncher(binaries: PostgresBinaries, mode?: PostgresRunMode): PostgresLauncher {
  const candidates = mode === undefined ? modesFor(process.getuid?.() ?? 1) : [mode];
  let problem = '';
  for (const candidate of candidates) {
    const launcher = LAUNCHERS[candidate];
    const { file, args, user } = launcher.command(binaries.postgres, ['--version']);
    const result = spawnSync(file, args, { ...user, cwd: '/', encoding: 'utf8' });
    if (result.status === 0) return launcher;
    problem = result.error?.message ?? result.stderr.trim();
  }
  throw new ToolError('CLOUD_POSTGRES_FAILED', `The Postgres binaries do not run here: ${problem}.`, {
    hint:
      candidates.length > 1
        ? 'Run as an ordinary user, or move the project out of a folder that only root may enter.'
        : `Try it by hand: ${binaries.postgres} --version`,
  });
}

function modesFor(uid: number): readonly PostgresRunMode[] {
  return uid === 0 ? ['namespace', 'nobody'] : ['direct'];
}

/** Gives a directory and all in it to the launcher's user, unless the directory is that user's already. */
export async function giveToPostgres(launcher: PostgresLauncher, dir: string): Promise<void> {
  const { owner } = launcher;
  if (owner === null || (await lstat(dir)).uid === owner.uid) return;
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  await Promise.all(entries.map((entry) => chown(join(entry.parentPath, entry.name), owner.uid, owner.gid)));
  // Last, because it is what says that all was given.
  await chown(dir, owner.uid, owner.gid);
}
