import type { ConfigPath } from '../config-path.ts';
import type { EnvInputs } from '../definition/env-input.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { machineKeys } from '../fly-toml/machine-keys.ts';
import type { Mistake } from '../mistake.ts';
import type { ResolvedApp } from '../resolved.ts';
import type { AppScope } from '../resolve/layers.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict, warning } from './conflict.ts';

/** Only what listens has an address, and the private one is plain HTTP. */
export function urlRules(project: ProjectDefinition, scopes: readonly CheckedScope[]): Mistake[] {
  return scopes.flatMap((scope) => {
    const others = scopes.filter((other) => other.environmentName === scope.environmentName);
    const namesOf = (isSo: (app: ResolvedApp) => boolean): Set<string> =>
      new Set(others.filter(({ resolved }) => isSo(resolved)).map(({ appName }) => appName));
    const silent = namesOf((app) => app.platform === 'fly' && app.port === null);
    const forced = namesOf(isHttpsForced);
    return envsOf(project, scope).flatMap(([path, env]) =>
      Object.entries(env ?? {}).flatMap(([variable, value]) => {
        if (typeof value === 'string' || (value.kind !== 'url-of' && value.kind !== 'public-url-of'))
          return [];
        const at = [...path, variable];
        if (value.kind === 'url-of' && forced.has(value.app)) return [notAnswered(at, value.app)];
        if (!silent.has(value.app)) return [];
        return [
          conflict(
            at,
            `is the address of ${value.app}, which listens on no port`,
            `Give ${value.app} a port, or take the variable out.`,
          ),
        ];
      }),
    );
  });
}

function isHttpsForced(app: ResolvedApp): boolean {
  return app.platform === 'fly' && machineKeys(app.flyToml?.extra ?? {}).keys.forceHttps === true;
}

function notAnswered(path: ConfigPath, app: string): Mistake {
  return warning(
    path,
    `is the private address of ${app}, which is plain HTTP, and the fly.toml of ${app} sends plain HTTP away`,
    `Write force_https = false there, or use publicUrlOf('${app}').`,
  );
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
