import type { ConfigPath } from '../config-path.ts';
import type { EnvInputs } from '../definition/env-input.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import type { AppScope } from '../resolve/layers.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict } from './conflict.ts';

/** Only what listens has an address. */
export function urlRules(project: ProjectDefinition, scopes: readonly CheckedScope[]): Mistake[] {
  return scopes.flatMap((scope) => {
    const silent = new Set(
      scopes
        .filter((other) => other.environmentName === scope.environmentName)
        .filter(({ resolved }) => resolved.platform === 'fly' && resolved.port === null)
        .map((other) => other.appName),
    );
    return envsOf(project, scope).flatMap(([path, env]) =>
      Object.entries(env ?? {}).flatMap(([variable, value]) => {
        if (typeof value === 'string' || (value.kind !== 'url-of' && value.kind !== 'public-url-of'))
          return [];
        if (!silent.has(value.app)) return [];
        return [
          conflict(
            [...path, variable],
            `is the address of ${value.app}, which listens on no port`,
            `Give ${value.app} a port, or take the variable out.`,
          ),
        ];
      }),
    );
  });
}

function envsOf(project: ProjectDefinition, scope: AppScope): [ConfigPath, EnvInputs | undefined][] {
  return [
    ...scope.layers.map(({ path, settings }): [ConfigPath, EnvInputs | undefined] => [
      [...path, 'env'],
      settings.env,
    ]),
    [['smoke', 'env'], project.smoke?.env],
    [['environments', scope.environmentName, 'smoke', 'env'], scope.environment.smoke?.env],
  ];
}
