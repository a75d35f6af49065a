import type { RunOptions } from './instructions.ts';

/** How the dependencies of a Node project get into an image. */
export interface NodePackages {
  /** Copied before everything else, so that dependencies are installed anew only when one of these changes. */
  readonly manifests: readonly string[];
  readonly caches: NonNullable<RunOptions['caches']>;
  /** Everything, to build with. */
  readonly install: string;
  /** Only what the app needs to run. */
  readonly installForProduction: string;
  /** What of `stack.build` is left to run after it. */
  readonly build: readonly string[];
}

type Manager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic';

const INSTALLS: readonly (readonly [Manager, RegExp])[] = [
  ['npm', /^npm (ci|clean-install|install|i)\b/],
  ['pnpm', /^pnpm (install|i)\b/],
  ['yarn-classic', /^yarn( install)? .*--frozen-lockfile\b/],
  ['yarn', /^yarn( install)?( --|$)/],
];

const FACTS = {
  npm: {
    // A pattern that matches nothing is left out: not every project has each of them.
    manifests: ['package.json', 'package-lock.json*', 'npm-shrinkwrap.json*', '.npmrc*'],
    caches: ['/root/.npm'],
    install: 'npm ci',
    production: 'npm ci --omit=dev',
  },
  pnpm: {
    manifests: ['package.json', 'pnpm-lock.yaml*', 'pnpm-workspace.yaml*', '.npmrc*'],
    caches: ['/root/.local/share/pnpm/store'],
    install: 'pnpm install --frozen-lockfile',
    production: 'pnpm install --frozen-lockfile --prod',
  },
  yarn: {
    manifests: ['package.json', 'yarn.lock*', '.yarnrc.yml*'],
    caches: ['/root/.yarn/berry/cache'],
    install: 'yarn install --immutable',
    production: 'yarn workspaces focus --all --production',
  },
  'yarn-classic': {
    manifests: ['package.json', 'yarn.lock*', '.npmrc*', '.yarnrc*'],
    caches: ['/usr/local/share/.cache/yarn'],
    install: 'yarn install --frozen-lockfile',
    production: 'yarn install --frozen-lockfile --production',
  },
} as const;

/** All of them, and none that has to be there: an app without dependencies may have no package.json. */
const ANY_MANIFESTS = [
  ...new Set(
    Object.values(FACTS).flatMap(({ manifests }) =>
      manifests.map((name) => (name.endsWith('*') ? name : `${name}*`)),
    ),
  ),
];

/**
 * The package manager of a project by the command that installs in its `stack.build`. Without one the lock file decides
 * in the image: what such a project has installed beforehand, an image has not.
 */
export function nodePackages(build: readonly string[]): NodePackages {
  for (const [index, command] of build.entries()) {
    const manager = INSTALLS.find(([, pattern]) => pattern.test(command.trim()))?.[0];
    if (manager === undefined) continue;
    const { manifests, caches, production } = FACTS[manager];
    return {
      manifests: isWorkspace(build) ? [] : manifests,
      caches,
      install: withCorepack(manager, command.trim()),
      installForProduction: withCorepack(manager, productionOf(command.trim()) ?? production),
      build: build.filter((_, other) => other !== index),
    };
  }
  return {
    manifests: isWorkspace(build) ? [] : ANY_MANIFESTS,
    caches: Object.values(FACTS).flatMap((facts) => facts.caches),
    install: byLockFile((manager) => FACTS[manager].install, 'npm install'),
    installForProduction: byLockFile((manager) => FACTS[manager].production, 'npm install --omit=dev'),
    build,
  };
}

/** Without a lock file there is none to hold on to. */
function productionOf(install: string): string | null {
  if (/^npm install\b.*--no-package-lock\b/.test(install)) return `${install} --omit=dev`;
  return /^pnpm install\b.*--no-lockfile\b/.test(install) ? `${install} --prod` : null;
}

/** In a workspace the manifests are all over the repository, so that it is copied whole before the installation. */
function isWorkspace(build: readonly string[]): boolean {
  return build.some((command) =>
    /(^|\s)(-w|-r|-F|--workspaces?|--filter|--recursive|turbo|nx|lerna)\b/.test(command),
  );
}

/** Node's image brings npm; corepack brings the others, in the version that package.json names. */
function withCorepack(manager: Manager, command: string): string {
  return manager === 'npm' ? command : `corepack enable && ${command}`;
}

function byLockFile(commandOf: (manager: 'npm' | 'pnpm' | 'yarn') => string, otherwise: string): string {
  return [
    `if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then ${commandOf('npm')};`,
    `elif [ -f pnpm-lock.yaml ]; then ${withCorepack('pnpm', commandOf('pnpm'))};`,
    `elif [ -f yarn.lock ]; then ${withCorepack('yarn', commandOf('yarn'))};`,
    `elif [ -f package.json ]; then ${otherwise};`,
    'fi',
  ].join(' \\\n    ');
}
