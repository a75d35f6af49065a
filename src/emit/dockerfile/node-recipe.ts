import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { baseImages } from './base-images.ts';
import { copyInstruction, runInstruction } from './instructions.ts';
import { nodePackages, type NodePackages } from './node-packages.ts';
import type { Recipe } from './recipe.ts';

const STANDALONE = '.next/standalone';

/** An app that Node runs: a service, a worker, or the standalone server of Next.js. */
export function nodeRecipe(app: ResolvedFlyApp): Recipe {
  return app.stack.name === 'nextjs' ? nextjsRecipe(app) : serviceRecipe(app);
}

/**
 * The image holds what `stack.include` names, as in process mode. `node_modules` among it are those the app needs to
 * run, installed in a stage of their own beside the build.
 */
function serviceRecipe(app: ResolvedFlyApp): Recipe {
  const { build, include } = app.stack;
  const packages = nodePackages(build);
  const isWhole = include.includes('.');
  const needsModules = isWhole || include.some(isModules);
  const isBuilt = packages.build.length > 0;
  const stages = [
    ...(isBuilt ? [[...buildStage(app, packages), ...(isWhole ? [DROP_MODULES] : [])]] : []),
    ...(needsModules ? [productionStage(app, packages)] : []),
  ];
  return {
    stages,
    copies: [
      ...(needsModules ? [copyInstruction('node_modules', 'production')] : []),
      ...include
        .filter((path) => !isModules(path))
        .map((path) => copyInstruction(path, isBuilt ? 'build' : null)),
    ],
    isBuilt,
    env: { NODE_ENV: 'production', HOST: '0.0.0.0' },
    command: app.stack.name === 'node' ? START_SCRIPT : null,
  };
}

/**
 * The script "start" of package.json in place of the shell: neither npm nor `node --run` is between the app and the
 * signals, for both end at once and take the app along before it has finished.
 */
const START_SCRIPT = [
  '/bin/sh',
  '-c',
  `eval "exec env $(node -p 'require("./package.json").scripts.start')"`,
] as const;

/** What it was built with is not what it runs with. */
const DROP_MODULES = runInstruction('rm -rf node_modules');

function isModules(path: string): boolean {
  return path.replace(/^\.\//, '').replace(/\/$/, '') === 'node_modules';
}

/**
 * The server that `output: 'standalone'` makes, with what it serves put where it looks for it. In the place that
 * process mode has it, so that one command starts both.
 */
function nextjsRecipe(app: ResolvedFlyApp): Recipe {
  const packages = nodePackages(app.stack.build);
  const { uid } = baseImages(app);
  const check = [
    `if [ ! -d ${STANDALONE} ]; then echo "Set output: 'standalone' in next.config: there is no ${STANDALONE}." >&2; exit 1; fi`,
    // Next.js keeps pictures and pages it has made in its cache; nothing else of the image is written.
    `mkdir -p public /own/cache && rm -rf ${STANDALONE}/.next/cache`,
  ].join(' && \\\n    ');
  return {
    stages: [[...buildStage(app, packages, ['/app/.next/cache']), runInstruction(check)]],
    copies: [
      copyInstruction(STANDALONE, 'build'),
      // Afterwards, for only a folder that is new gets the owner: those above it stay root's.
      `COPY --from=build --chown=${uid}:${uid} /own/cache ./${STANDALONE}/.next/cache`,
      copyInstruction('public', 'build', { to: `${STANDALONE}/public` }),
      copyInstruction('.next/static', 'build', { to: `${STANDALONE}/.next/static` }),
    ],
    isBuilt: true,
    env: { NODE_ENV: 'production', HOSTNAME: '0.0.0.0', NEXT_TELEMETRY_DISABLED: '1' },
    command: ['node', `${STANDALONE}/server.js`],
  };
}

function buildStage(app: ResolvedFlyApp, packages: NodePackages, caches: readonly string[] = []): string[] {
  const { secrets } = app.build;
  return [
    'FROM base AS build',
    ...copyManifests(packages),
    runInstruction(packages.install, { caches: packages.caches, secrets }),
    // Of a workspace everything is there already.
    ...(packages.manifests.length === 0 ? [] : ['COPY . .']),
    ...packages.build.map((command) => runInstruction(command, { caches, secrets })),
  ];
}

/** Beside the build, so that both run at once. */
function productionStage(app: ResolvedFlyApp, packages: NodePackages): string[] {
  const install = `${packages.installForProduction} && \\\n    mkdir -p node_modules`;
  return [
    'FROM base AS production',
    ...copyManifests(packages),
    runInstruction(install, { caches: packages.caches, secrets: app.build.secrets }),
  ];
}

function copyManifests({ manifests }: NodePackages): string[] {
  return [manifests.length === 0 ? 'COPY . .' : `COPY ${manifests.join(' ')} ./`];
}
