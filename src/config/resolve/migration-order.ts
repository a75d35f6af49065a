import type { ProjectDefinition } from '../definition/project-definition.ts';
import { named } from '../named.ts';
import type { ResolvedEnvironment, TriggerRule } from '../resolved.ts';

/** Tells each environment in which one a migration has to have run before: as written, else by their order. */
export function withMigrationOrder(
  project: ProjectDefinition,
  environments: readonly ResolvedEnvironment[],
): ResolvedEnvironment[] {
  const written = (name: string): string | null | undefined =>
    named(project.environments, name)?.migrateAfter;
  const asWritten = environments.map((environment) => ({
    ...environment,
    migratesAfter: written(environment.name) ?? null,
  }));
  return asWritten.map((environment) =>
    written(environment.name) === undefined
      ? { ...environment, migratesAfter: environmentBefore(environment, asWritten) }
      : environment,
  );
}

/**
 * The environment before it that migrates the same database: for production that is staging, else the last one written
 * before it. One that has to have passed somewhere is held to that already.
 */
function environmentBefore(
  environment: ResolvedEnvironment,
  all: readonly ResolvedEnvironment[],
): string | null {
  if (environment.kind !== 'standing' || placesBefore(environment).length > 0) return null;
  const databases = migratedNames(environment);
  const comesBefore = (other: ResolvedEnvironment): boolean =>
    other.kind === 'standing' &&
    other.name !== environment.name &&
    other.name !== 'production' &&
    migratedNames(other).some((name) => databases.includes(name)) &&
    !sharesTrigger(other, environment) &&
    !waitsFor(other, environment.name, all);
  const staging = all.find((other) => other.name === 'staging' && comesBefore(other));
  if (environment.name === 'production' && staging !== undefined) return staging.name;
  return all.slice(0, all.indexOf(environment)).findLast(comesBefore)?.name ?? null;
}

/** Databases that it migrates, by name. */
function migratedNames({ apps, databases }: ResolvedEnvironment): string[] {
  const migrates = ({ name, migrate }: ResolvedEnvironment['databases'][number]): boolean =>
    migrate !== null || apps.some((app) => app.database === name && app.migrate !== null);
  return databases.filter(migrates).map(({ name }) => name);
}

/** One push deploys to both, at once and in no order. */
function sharesTrigger(one: ResolvedEnvironment, other: ResolvedEnvironment): boolean {
  return one.on.some((rule) => other.on.some((each) => rule.kind !== 'manual' && isSame(rule, each)));
}

function isSame(one: TriggerRule, other: TriggerRule): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Where it is written that something comes before. */
function placesBefore({ gates, migratesAfter }: ResolvedEnvironment): string[] {
  const passed = gates.flatMap((gate) => (gate.kind === 'passed' ? [gate.environment] : []));
  return migratesAfter === null ? passed : [...passed, migratesAfter];
}

/** Whether something in `name` comes before it, over however many environments. */
function waitsFor(
  environment: ResolvedEnvironment,
  name: string,
  all: readonly ResolvedEnvironment[],
): boolean {
  const asked = new Set(placesBefore(environment));
  for (const place of asked) {
    const found = all.find((each) => each.name === place);
    for (const further of found === undefined ? [] : placesBefore(found)) asked.add(further);
  }
  return asked.has(name);
}
