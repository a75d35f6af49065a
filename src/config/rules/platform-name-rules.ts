import type { ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { environmentKind } from '../resolve/environment-kind.ts';
import { lastWritten } from '../resolve/layers.ts';
import { resolveEnvironment } from '../resolve/resolve-environment.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict, impossible } from './conflict.ts';
import { named } from '../named.ts';

/** A name on Fly is also a label of DNS: `<name>.fly.dev`. */
const NAME_LENGTH_MAX = 63;

/** Pull requests of a busy repository have five digits; a name must have room for them. */
const PULL_REQUEST_EXAMPLE = '99999';

interface PlatformName {
  readonly name: string;
  /** What must not have the same name: Fly's apps and clusters share one space of names, Vercel's projects another. */
  readonly space: string;
  readonly owner: string;
  readonly path: ConfigPath;
  readonly isReview: boolean;
  readonly isWritten: boolean;
}

/** Names on the platforms are possible, and nobody else's. */
export function platformNameRules(project: ProjectDefinition, scopes: readonly CheckedScope[]): Mistake[] {
  const names = [...scopes.map(nameOfApp), ...namesOfClusters(project)];
  return [
    ...names.flatMap(formMistakes),
    ...names.flatMap((one, index) => {
      const first = names.findIndex((other) => other.space === one.space && other.name === one.name);
      const other = names[first];
      return other === undefined || first === index ? [] : [sharedName(one, other)];
    }),
  ];
}

function nameOfApp(scope: CheckedScope): PlatformName {
  const written = lastWritten(scope.layers, 'platformName');
  return {
    name: scope.resolved.platformName,
    // One project of Vercel serves production and previews of the same app.
    space: scope.app.platform === 'fly' ? 'fly' : `vercel ${scope.environmentName}`,
    owner: `${scope.appName} in ${scope.environmentName}`,
    path: written?.path ?? ['apps', scope.appName],
    isReview: scope.app.platform === 'fly' && environmentKind(scope.environment) === 'review',
    isWritten: written !== null,
  };
}

function namesOfClusters(project: ProjectDefinition): PlatformName[] {
  return Object.entries(project.environments).flatMap(([environmentName, environment]) =>
    resolveEnvironment(project, environmentName, environment).databases.flatMap((database) => {
      if (database.provider !== 'fly-postgres' || database.platformName === null) return [];
      const override = named(environment.databases, database.name);
      const isOverridden = typeof override === 'object' && override.platformName !== undefined;
      return [
        {
          name: database.platformName,
          space: 'fly',
          owner: `the database ${database.name} in ${environmentName}`,
          path: isOverridden
            ? ['environments', environmentName, 'databases', database.name, 'platformName']
            : ['databases', database.name],
          isReview: environmentKind(environment) === 'review' && database.ephemeral,
          isWritten: isOverridden,
        },
      ];
    }),
  );
}

function formMistakes({ name, path, owner, isReview }: PlatformName): Mistake[] {
  const real = name.replaceAll('{pr}', PULL_REQUEST_EXAMPLE);
  if (isReview && !name.includes('{pr}')) {
    return [
      conflict(
        path,
        `makes ${name} of ${owner}, the same for every pull request`,
        'Put {pr} or {environment} into it.',
      ),
    ];
  }
  if (!isReview && name.includes('{pr}')) {
    return [conflict(path, `makes ${name} of ${owner}, which has no pull request`, 'Take {pr} out of it.')];
  }
  const unknown = /\{[^}]*\}/.exec(real)?.[0];
  if (unknown !== undefined) {
    return [
      impossible(
        path,
        `has the placeholder ${unknown}, which does not exist`,
        'There are {project}, {environment}, {app} and {pr}.',
      ),
    ];
  }
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(real)) {
    return [
      impossible(
        path,
        `makes the name ${name} of ${owner}, which no platform takes`,
        'Use small letters, digits and hyphens.',
      ),
    ];
  }
  if (real.length <= NAME_LENGTH_MAX) return [];
  return [
    impossible(
      path,
      `makes a name of ${real.length} characters of ${owner}: ${name}`,
      `Set a platformName of at most ${NAME_LENGTH_MAX}.`,
    ),
  ];
}

function sharedName(one: PlatformName, other: PlatformName): Mistake {
  const path = !one.isWritten && other.isWritten ? other.path : one.path;
  return conflict(
    path,
    `gives ${one.owner} the name ${one.name}, which ${other.owner} has too`,
    'Set a platformName, or put {environment} and {app} into it.',
  );
}
