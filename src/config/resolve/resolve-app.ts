import type { AppDefinition } from '../definition/app-definition.ts';
import type { StackDefinition } from '../definition/stack-definition.ts';
import type { ResolvedApp, ResolvedHealth, ResolvedMigration, ResolvedStack } from '../resolved.ts';
import { HEALTH_DEFAULTS } from './fly-defaults.ts';
import { lastWritten, mergedSetting, type AppScope } from './layers.ts';
import { parseDuration } from './parse-duration.ts';
import { resolveMigration } from './resolve-migration.ts';
import { platformNameOf } from './platform-name.ts';
import { resolveAppEnv } from './resolve-env.ts';
import { resolveFlySettings } from './resolve-fly-settings.ts';
import { resolveVercelSettings } from './resolve-vercel-settings.ts';

/** One app in one environment, whole. */
export function resolveApp(scope: AppScope): ResolvedApp {
  const base = {
    name: scope.appName,
    platformName: platformNameOf(scope),
    stack: resolveStack(scope.app),
    env: resolveAppEnv(scope),
    database: scope.app.database ?? null,
    migrate: migrationOf(scope),
    health: resolveHealth(scope),
  };
  return scope.app.platform === 'fly'
    ? { ...base, ...resolveFlySettings(scope, scope.app.stack) }
    : { ...base, ...resolveVercelSettings(scope, scope.app) };
}

function resolveStack(app: AppDefinition): ResolvedStack {
  const stack = app.stack ?? (app.platform === 'fly' ? GENERIC : builtByVercel(app.framework));
  return { name: stack.name, build: stack.build, include: stack.include };
}

/** An app that names no stack: built by its Dockerfile, or taken as it is. */
const GENERIC: ResolvedStack = { name: 'generic', build: [], include: ['.'] };

/** Vercel's own build writes everything that a prebuilt deployment uploads into one folder. */
function builtByVercel(framework: string): ResolvedStack {
  return {
    name: framework === 'nextjs' ? 'nextjs' : 'generic',
    build: ['vercel build'],
    include: ['.vercel/output'],
  };
}

function migrationOf(scope: AppScope): ResolvedMigration | null {
  const written = mergedSetting(scope.layers, 'migrate');
  if (written?.command === undefined) return null;
  const runs = written.runs ?? (scope.app.platform === 'fly' ? 'release-command' : 'runner');
  return resolveMigration(written.command, runs, written);
}

/** What is written; where nothing is, the path of the stack, for an app that listens at all. */
function resolveHealth(scope: AppScope): ResolvedHealth | null {
  if (lastWritten(scope.layers, 'health')?.value === null) return null;
  const written = mergedSetting(scope.layers, 'health') ?? {};
  const path = written.path ?? defaultHealthPath(scope, scope.app.stack);
  if (path === null) return null;
  return {
    path,
    intervalMs: msOf(written.interval, HEALTH_DEFAULTS.intervalMs),
    timeoutMs: msOf(written.timeout, HEALTH_DEFAULTS.timeoutMs),
    gracePeriodMs: msOf(written.gracePeriod, HEALTH_DEFAULTS.gracePeriodMs),
    withinMs: msOf(written.within, HEALTH_DEFAULTS.withinMs),
  };
}

function defaultHealthPath({ layers }: AppScope, stack: StackDefinition | undefined): string | null {
  return lastWritten(layers, 'port')?.value === null ? null : (stack?.healthPath ?? null);
}

function msOf(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : (parseDuration(text) ?? fallback);
}
