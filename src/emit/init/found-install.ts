import { nodeManifest } from './node-manifest.ts';
import { filesIn, type Repository } from './repository.ts';

/** How the dependencies of a repository are installed. */
export interface FoundInstall {
  readonly manager: 'npm' | 'pnpm' | 'yarn';
  /** The command, for the root of the repository. */
  readonly command: string;
  /** Whether it is not what the stacks of this manager do by themselves. */
  readonly isSpecial: boolean;
  /** Null: a lock file says which versions are installed. */
  readonly unlocked: {
    /** `there is no lock file` */
    readonly because: string;
    /** What makes the lock file that is missing. */
    readonly mendedBy: string;
  } | null;
}

const USUAL = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
} as const;

/** None of these writes a lock file: a check that does changes what nobody asked it to. */
const WITHOUT_LOCK = {
  npm: 'npm install --no-package-lock',
  pnpm: 'pnpm install --no-lockfile',
  yarn: 'yarn install --no-immutable',
} as const;

/** What makes the lock file that is missing. */
const MAKES_LOCK = {
  npm: 'npm install --package-lock-only',
  pnpm: 'pnpm install --lockfile-only',
  yarn: 'yarn install --mode update-lockfile',
} as const;

const LOCKS = [
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
  ['npm', 'package-lock.json'],
  ['npm', 'npm-shrinkwrap.json'],
] as const;

/** By the lock file at the root; without one by what package.json or a workspace says, and npm where nothing does. */
export function foundInstall(repository: Repository): FoundInstall {
  const files = filesIn(repository, '');
  const locked = LOCKS.find(([, file]) => files.includes(file))?.[0];
  if (locked === 'yarn' && isYarnClassic(repository)) {
    const command = 'yarn install --frozen-lockfile';
    return { manager: 'yarn', command, isSpecial: true, unlocked: null };
  }
  if (locked !== undefined)
    return { manager: locked, command: USUAL[locked], isSpecial: false, unlocked: null };
  const named = nodeManifest(repository, '')?.packageManager ?? null;
  const manager = named ?? (files.includes('pnpm-workspace.yaml') ? 'pnpm' : 'npm');
  const bun = files.find((file) => file === 'bun.lock' || file === 'bun.lockb');
  const because = bun === undefined ? 'there is no lock file' : `${manager} does not read ${bun}`;
  return {
    manager,
    command: WITHOUT_LOCK[manager],
    isSpecial: true,
    unlocked: { because, mendedBy: MAKES_LOCK[manager] },
  };
}

/** The first version knows `--frozen-lockfile`, the later ones `--immutable`. */
function isYarnClassic({ texts }: Repository): boolean {
  return texts.get('yarn.lock')?.includes('# yarn lockfile v1') ?? false;
}
