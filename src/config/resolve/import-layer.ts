import { valueAt, type ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { FlyTomlImports, FlyTomlReading } from '../fly-toml/fly-toml-reading.ts';
import { named } from '../named.ts';
import { environmentKind } from './environment-kind.ts';
import type { Layer } from './layer.ts';

/** A `config:` of the config: the fly.toml that the settings of an app start from. */
export interface WrittenImport {
  /** As written. */
  readonly file: string;
  readonly path: ConfigPath;
}

/** The fly.toml of an app in an environment: the environment's own instead of the app's, not both; null takes it away. */
export function writtenImport(
  project: ProjectDefinition,
  environmentName: string,
  appName: string,
): WrittenImport | null {
  const app = named(project.apps, appName);
  if (app?.platform !== 'fly') return null;
  const environment = named(project.environments, environmentName);
  const override = named(environment?.apps, appName)?.config;
  if (override === null) return null;
  if (override !== undefined)
    return { file: override, path: ['environments', environmentName, 'apps', appName, 'config'] };
  return app.config === undefined ? null : { file: app.config, path: ['apps', appName, 'config'] };
}

/**
 * The settings of a fly.toml, below all that is written in the config. Its `app` is the name of one app: where it stands
 * for several, none gets it.
 */
export function importLayer(
  project: ProjectDefinition,
  written: WrittenImport,
  reading: FlyTomlReading,
  environmentName: string,
): Layer {
  const { platformName: _, ...settings } = reading.settings;
  const isOwn = standingUses(project, written.file).join() === environmentName;
  return { path: written.path, settings: isOwn ? reading.settings : settings };
}

/** The environments whose apps start from a file, once for each app; without review environments, whose names differ. */
export function standingUses(project: ProjectDefinition, file: string): string[] {
  return Object.entries(project.environments)
    .filter(([, environment]) => environmentKind(environment) === 'standing')
    .flatMap(([environmentName]) =>
      Object.keys(project.apps)
        .filter((appName) => writtenImport(project, environmentName, appName)?.file === file)
        .map(() => environmentName),
    );
}

/** Whether the path of a setting leads into a fly.toml. */
export function isImported(path: ConfigPath): boolean {
  const at = path[0] === 'apps' ? 2 : 4;
  return path[at] === 'config' && path.length > at + 1;
}

/** Whether a setting is from a fly.toml: then the path within its settings, and the reading. */
export function importedSetting(
  config: unknown,
  path: ConfigPath,
  imports: FlyTomlImports,
): { readonly reading: FlyTomlReading; readonly setting: ConfigPath } | null {
  if (!isImported(path)) return null;
  const at = path[0] === 'apps' ? 2 : 4;
  const file = valueAt(config, path.slice(0, at + 1));
  const reading = typeof file === 'string' ? imports.readings.get(file) : undefined;
  return reading === undefined ? null : { reading, setting: path.slice(at + 1) };
}
