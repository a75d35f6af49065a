import type { Layer } from './layer.ts';
import type { ConfigPath } from '../config-path.ts';
import type { AppDefinition, AppOverrides } from '../definition/app-definition.ts';
import type { EnvironmentDefinition } from '../definition/environment-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { NO_IMPORTS, type FlyTomlImports, type FlyTomlReading } from '../fly-toml/fly-toml-reading.ts';
import { named } from '../named.ts';
import { importLayer, writtenImport } from './import-layer.ts';

/** One app in one environment, with the places in which its settings are written: later ones win. */
export interface AppScope {
  readonly project: ProjectDefinition;
  readonly environmentName: string;
  readonly environment: EnvironmentDefinition;
  readonly appName: string;
  readonly app: AppDefinition;
  readonly layers: readonly Layer[];
  /** The fly.toml that the settings start from: one of the layers. */
  readonly imported: FlyTomlReading | null;
}

/** A value and where it is written. */
export interface Placed<T> {
  readonly value: T;
  readonly path: ConfigPath;
}

/** Every app of an environment. None of a test environment: nothing is deployed there. */
export function appScopes(
  project: ProjectDefinition,
  environmentName: string,
  imports: FlyTomlImports = NO_IMPORTS,
): AppScope[] {
  const environment = named(project.environments, environmentName);
  if (environment === undefined || environment.kind === 'test') return [];
  return Object.entries(project.apps).map(([appName, app]) => {
    const written = writtenImport(project, environmentName, appName);
    const imported = (written === null ? undefined : imports.readings.get(written.file)) ?? null;
    const layers = [
      { path: [], settings: accountsOf(project) },
      ...(written === null || imported === null
        ? []
        : [importLayer(project, written, imported, environmentName)]),
      { path: ['apps', appName], settings: app },
      { path: ['environments', environmentName], settings: settingsForApps(environment) },
      {
        path: ['environments', environmentName, 'apps', appName],
        settings: named(environment.apps, appName) ?? {},
      },
    ];
    return { project, environmentName, environment, appName, app, layers, imported };
  });
}

/** The setting that wins: the last one written. Null when nobody wrote it. */
export function lastWritten<K extends keyof AppOverrides>(
  layers: readonly Layer[],
  key: K,
): Placed<NonNullable<AppOverrides[K]> | (null extends AppOverrides[K] ? null : never)> | null {
  for (const { path, settings } of layers.toReversed()) {
    const value = settings[key];
    if (value !== undefined) return { value: value as never, path: [...path, key] };
  }
  return null;
}

/** An object setting merged key by key over all layers; null takes away what was written before it. */
export function mergedSetting<K extends keyof AppOverrides>(
  layers: readonly Layer[],
  key: K,
): Partial<NonNullable<AppOverrides[K]>> | null {
  let merged: object | null = null;
  for (const { settings } of layers) {
    const value = settings[key];
    if (value === null) merged = null;
    else if (typeof value === 'object') merged = Object.assign(merged ?? {}, withoutUndefined(value));
  }
  return merged;
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

function accountsOf({ fly, vercel }: ProjectDefinition): AppOverrides {
  return { ...(fly === undefined ? {} : { fly }), ...(vercel === undefined ? {} : { vercel }) };
}

/** The settings of an environment that hold for its apps: not its `health`, which is of addresses, nor its names. */
function settingsForApps(environment: EnvironmentDefinition): AppOverrides {
  const {
    kind: _kind,
    on: _on,
    manual: _manual,
    gates: _gates,
    databases: _databases,
    apps: _apps,
    order: _order,
    health: _health,
    smoke: _smoke,
    rollback: _rollback,
    expires: _expires,
    ...settings
  } = environment;
  return settings;
}
