import { unreachable } from '../util/assert.ts';

/** How a Node project installs and runs its scripts. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn';

interface PackageCommands {
  /** Installs exactly what the lock file says. */
  readonly install: string;
  readonly run: (script: string) => string;
  /** Passes where package.json has no such script. */
  readonly runIfPresent: (script: string) => string;
}

/** The commands of a package manager. */
export function packageCommands(manager: PackageManager): PackageCommands {
  switch (manager) {
    case 'npm':
      return {
        install: 'npm ci',
        run: (script) => `npm run ${script}`,
        runIfPresent: (script) => `npm run --if-present ${script}`,
      };
    case 'pnpm':
      return {
        install: 'pnpm install --frozen-lockfile',
        run: (script) => `pnpm ${script}`,
        runIfPresent: (script) => `pnpm run --if-present ${script}`,
      };
    case 'yarn':
      return {
        install: 'yarn install --immutable',
        run: (script) => `yarn ${script}`,
        // Yarn has no such option (yarnpkg.com/cli/run).
        runIfPresent: (script) => `if grep -q '"${script}":' package.json; then yarn ${script}; fi`,
      };
    default:
      return unreachable(manager);
  }
}
