import type {
  EnvironmentDefinition,
  GateDefinition,
  SmokeDefinition,
} from '../definition/environment-definition.ts';
import type { Severity } from '../definition/ci-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { NO_IMPORTS, type FlyTomlImports } from '../fly-toml/fly-toml-reading.ts';
import type { Gate, ResolvedApp, ResolvedEnvironment, ResolvedSmoke, TriggerRule } from '../resolved.ts';
import { environmentKind, triggersOf } from './environment-kind.ts';
import { appScopes } from './layers.ts';
import { FAIL_ON } from './resolve-ci.ts';
import { parseDuration } from './parse-duration.ts';
import { resolveApp } from './resolve-app.ts';
import { resolveDatabase } from './resolve-database.ts';
import { resolveEnv } from './resolve-env.ts';

/** How long public addresses may take to answer, when nothing is said: certificates and caches settle in it. */
const HEALTH_WITHIN_MS = 60_000;

/** How long a smoke test may take, when nothing is said. */
const SMOKE_WITHIN_MS = 300_000;

/** How long a review environment stays after its last deployment, when nothing is said: none may stay for ever. */
const REVIEW_EXPIRES_MS = 7 * 86_400_000;

/** How long one statement may keep people out, when nothing is said: they notice a second, and forgive it. */
const BLOCKS_AT_MOST_MS = 1_000;

/** How long an approval holds that was not used, when nothing is said: a plan of yesterday is looked at again. */
const APPROVAL_EXPIRES_MS = 86_400_000;

/** One environment, whole. */
export function resolveEnvironment(
  project: ProjectDefinition,
  name: string,
  environment: EnvironmentDefinition,
  imports: FlyTomlImports = NO_IMPORTS,
): ResolvedEnvironment {
  const kind = environmentKind(environment);
  const apps = appScopes(project, name, imports).map(resolveApp);
  const flyApps = apps.filter((app) => app.platform === 'fly');
  return {
    name,
    kind,
    on: resolveTriggers(environment),
    gates: (environment.gates ?? []).map((gate) =>
      resolveGate(gate, project.ci?.security?.failOn ?? FAIL_ON),
    ),
    migratesAfter: null,
    apps,
    deployOrder: resolveOrder(environment.order ?? project.order, apps),
    databases: Object.entries(project.databases ?? {}).map(([database, definition]) =>
      resolveDatabase({ project, environmentName: name, environment, name: database }, definition, flyApps),
    ),
    healthUrls: resolveHealthUrls(environment),
    smoke: kind === 'test' ? null : resolveSmoke(environment, project.smoke),
    rollback: environment.rollback ?? 'automatic',
    expiresAfterMs: resolveExpiry(environment),
  };
}

/** What is written, and by hand unless that is forbidden. Nothing is deployed to a test environment. */
function resolveTriggers(environment: EnvironmentDefinition): TriggerRule[] {
  const written = triggersOf(environment).filter((trigger) => trigger.kind !== 'manual');
  const isManual = environmentKind(environment) === 'standing' && environment.manual !== false;
  return isManual ? [...written, { kind: 'manual' }] : written;
}

/** The order that is written; else workers before what has a port or a health check, so that jobs find their worker. */
function resolveOrder(
  written: readonly (readonly string[])[] | undefined,
  apps: readonly ResolvedApp[],
): string[][] {
  const names = apps.map((app) => app.name);
  const waves = written ?? [
    apps.filter(isWorker).map((app) => app.name),
    apps.filter((app) => !isWorker(app)).map((app) => app.name),
  ];
  return waves.map((wave) => wave.filter((name) => names.includes(name))).filter((wave) => wave.length > 0);
}

function isWorker(app: ResolvedApp): boolean {
  return app.platform === 'fly' && app.port === null && app.health === null;
}

function resolveHealthUrls({ health }: EnvironmentDefinition): ResolvedEnvironment['healthUrls'] {
  if (health === undefined) return null;
  return {
    urls: health.urls,
    withinMs: msOf(health.within) ?? HEALTH_WITHIN_MS,
    tolerateDns: health.tolerate === 'dns',
  };
}

function resolveSmoke(
  environment: EnvironmentDefinition,
  ofProject: SmokeDefinition | undefined,
): ResolvedSmoke | null {
  const smoke = environment.smoke === undefined ? ofProject : environment.smoke;
  if (smoke === undefined || smoke === null) return null;
  return {
    command: smoke.command,
    withinMs: msOf(smoke.within) ?? SMOKE_WITHIN_MS,
    env: resolveEnv(smoke.env),
  };
}

function resolveExpiry(environment: EnvironmentDefinition): number | null {
  if (environmentKind(environment) !== 'review') return null;
  return msOf(environment.expires) ?? REVIEW_EXPIRES_MS;
}

function resolveGate(gate: GateDefinition, failOn: Severity): Gate {
  switch (gate.kind) {
    case 'safe-migrations':
      return { kind: gate.kind, blocksAtMostMs: msOf(gate.blocksAtMost) ?? BLOCKS_AT_MOST_MS };
    case 'approval':
      return {
        kind: gate.kind,
        optional: gate.optional,
        by: gate.by ?? 'comment',
        approvers: gate.approvers ?? [],
        expiresAfterMs: msOf(gate.expires) ?? APPROVAL_EXPIRES_MS,
        excludesInitiator: gate.notInitiator ?? false,
      };
    case 'quality':
      return {
        kind: gate.kind,
        coverage: gate.coverage ?? null,
        changeCoverage: gate.changeCoverage ?? null,
        failOn: gate.failOn ?? failOn,
        allowsFlaky: gate.flaky ?? true,
      };
    default:
      return gate;
  }
}

function msOf(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
