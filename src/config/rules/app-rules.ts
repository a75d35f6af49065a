import type { ConfigPath } from '../config-path.ts';
import type { AppOverrides, CommonAppSettings } from '../definition/app-definition.ts';
import type { Mistake } from '../mistake.ts';
import { lastWritten, mergedSetting, type AppScope } from '../resolve/layers.ts';
import { databaseVariable } from '../resolve/resolve-env.ts';
import { conflict } from './conflict.ts';
import { named } from '../named.ts';
import { undeployableWords } from '../undeployable-words.ts';

/** What one app in one environment may say on whichever platform. */
type OnEveryPlatform = keyof CommonAppSettings | 'health' | 'migrate' | 'vercel';

/** The other settings: only Fly has them. A record, so that the compiler asks for every new one. */
const ONLY_FLY: Readonly<Record<Exclude<keyof AppOverrides, OnEveryPlatform>, true>> = {
  config: true,
  regions: true,
  instances: true,
  sleep: true,
  minMachinesRunning: true,
  vm: true,
  concurrency: true,
  stop: true,
  strategy: true,
  maxUnavailable: true,
  canary: true,
  hardened: true,
  dockerfile: true,
  build: true,
  command: true,
  domains: true,
  port: true,
  volume: true,
  fly: true,
};

const VERCEL: readonly (keyof AppOverrides)[] = ['vercel'];

/** What is wrong with an app on whichever platform. */
export function appRules(scope: AppScope): Mistake[] {
  return [
    ...migrationMistakes(scope),
    ...variableMistakes(scope),
    ...platformMistakes(scope),
    ...undeployable(scope),
  ];
}

/** Said before somebody builds on it: all else that a config says of an app on Vercel is taken. */
function undeployable({ app, appName }: AppScope): Mistake[] {
  if (app.platform !== 'vercel') return [];
  return [
    {
      severity: 'warning',
      code: 'PROVIDER_NOT_SUPPORTED',
      path: ['apps', appName],
      ...undeployableWords(appName),
    },
  ];
}

function migrationMistakes(scope: AppScope): Mistake[] {
  const written = lastWritten(scope.layers, 'migrate');
  if (written === null || written.value === null) return [];
  const merged = mergedSetting(scope.layers, 'migrate');
  const mistakes: Mistake[] = [];
  if (scope.app.database === undefined) {
    mistakes.push(
      conflict(
        written.path,
        `migrates, but the app ${scope.appName} has no database`,
        `Add database: '…' to apps.${scope.appName}, or take migrate out.`,
      ),
    );
  }
  if (merged?.command === undefined) {
    mistakes.push({
      code: 'CONFIG_MISSING_KEY',
      path: written.path,
      message: `The migration of ${scope.appName} in ${scope.environmentName} has no command.`,
      hint: "Add it: migrate: { command: '…' }",
    });
  }
  if (merged?.runs === 'release-command' && scope.app.platform === 'vercel') {
    mistakes.push(
      conflict(
        written.path,
        'runs as a release command, which Vercel does not have',
        "Write runs: 'runner'.",
      ),
    );
  }
  return mistakes;
}

/** The variable of the database is given by Glidepath, and by nobody else. */
function variableMistakes(scope: AppScope): Mistake[] {
  const { database } = scope.app;
  const definition = database === undefined ? undefined : named(scope.project.databases, database);
  if (definition === undefined) return [];
  const variable = databaseVariable(definition);
  return scope.layers
    .filter(({ settings }) => settings.env?.[variable] !== undefined)
    .map(({ path }) =>
      conflict(
        [...path, 'env', variable],
        `is set, but is the variable through which ${scope.appName} gets its database ${database}`,
        'Take it out, or give the database another secret.',
      ),
    );
}

/** An environment may set what only some of its apps have; an app may not. */
function platformMistakes(scope: AppScope): Mistake[] {
  const path: ConfigPath = ['environments', scope.environmentName, 'apps', scope.appName];
  const written = named(scope.environment.apps, scope.appName) ?? {};
  const foreign =
    scope.app.platform === 'vercel' ? (Object.keys(ONLY_FLY) as (keyof AppOverrides)[]) : VERCEL;
  const platform = scope.app.platform === 'vercel' ? 'Vercel' : 'Fly';
  return foreign
    .filter((key) => written[key] !== undefined)
    .map((key) =>
      conflict(
        [...path, key],
        `is not a setting of an app on ${platform}`,
        `Take it out: ${scope.appName} runs on ${platform}.`,
      ),
    );
}
