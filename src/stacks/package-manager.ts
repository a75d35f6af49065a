import { unreachable } from '../util/assert.ts';

/** How a Node project installs and runs its scripts. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn';

interface PackageCommands {
  /** Installs exactly what the lock file says. */
  readonly install: string;
  readonly run: (script: string) => string;
}

/** The commands of a package manager. */
export function packageCommands(manager: PackageManager): PackageCommands {
  switch (manager) {
    case 'npm':
      return { install: 'npm ci', run: (script) => `npm run ${script}` };
    case 'pnpm':
      return { install: 'pnpm install --frozen-lockfile', run: (script) => `pnpm ${script}` };
    case 'yarn':
      return { install: 'yarn install --immutable', run: (script) => `yarn ${script}` };
    default:
      return unreachable(manager);
  }
}
