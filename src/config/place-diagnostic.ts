import type { Diagnostic, SourceLocation } from '../diagnostics/diagnostic.ts';
import { pathText, valueAt, type ConfigPath } from './config-path.ts';
import type { ProjectDefinition } from './definition/project-definition.ts';
import type { FlyTomlImports } from './fly-toml/fly-toml-reading.ts';
import { importedSetting } from './resolve/import-layer.ts';
import { appScopes, type AppScope } from './resolve/layers.ts';
import { createLocator } from './source/locate.ts';

/** A config as it was written, to find a setting in. */
export interface WrittenConfig {
  readonly definition: ProjectDefinition;
  readonly imports: FlyTomlImports;
  /** As people see it, from where they are. */
  readonly shownFile: string;
  readonly source: string;
}

/** `environments.staging.apps.web.volume.size`, or of all apps of it `environments.staging.fly.token`. No name has a dot. */
const SETTING = /^environments\.([^.]+)\.(?:apps\.([^.]+)\.)?(.+)$/;

/** `databases.main.parent`. */
const DATABASE_SETTING = /^databases\.([^.]+)\.(.+)$/;

/**
 * Says of what a platform has against a setting where it is written: it is known by the app and the environment that it
 * holds for, and may stand at the app, at the project or in a fly.toml. One that nobody wrote stays as it is.
 */
export function placeDiagnostic(config: WrittenConfig, diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.location !== undefined) return diagnostic;
  const path = pathOfApp(config, diagnostic) ?? pathOfDatabase(config, diagnostic);
  if (path === null) return diagnostic;
  return { ...diagnostic, path: pathText(path), location: locationOf(config, path) };
}

function pathOfApp(config: WrittenConfig, diagnostic: Diagnostic): ConfigPath | null {
  const [, environment, app, setting] = SETTING.exec(diagnostic.path ?? '') ?? [];
  if (environment === undefined || setting === undefined) return null;
  const scope = appScopes(config.definition, environment, config.imports).find(
    ({ appName, app: { platform } }) => (app === undefined ? platform === 'fly' : appName === app),
  );
  return scope === undefined ? null : lastPath(scope, setting.split('.'));
}

/** The setting of a database, or where nobody wrote it the database. */
function pathOfDatabase({ definition }: WrittenConfig, diagnostic: Diagnostic): ConfigPath | null {
  const [, database, setting] = DATABASE_SETTING.exec(diagnostic.path ?? '') ?? [];
  if (database === undefined || setting === undefined) return null;
  const whole = ['databases', database, ...setting.split('.')];
  for (let length = whole.length; length > 1; length -= 1) {
    const path = whole.slice(0, length);
    if (valueAt(definition, path) !== undefined) return path;
  }
  return null;
}

/** The last place that says it, else the last that says something of what it is part of. */
function lastPath({ layers }: AppScope, setting: ConfigPath): ConfigPath | null {
  for (let length = setting.length; length > 0; length -= 1) {
    const part = setting.slice(0, length);
    const layer = layers.findLast(({ settings }) => valueAt(settings, part) !== undefined);
    if (layer !== undefined) return [...layer.path, ...part];
  }
  return null;
}

function locationOf(
  { definition, imports, shownFile, source }: WrittenConfig,
  path: ConfigPath,
): SourceLocation {
  const imported = importedSetting(definition, path, imports);
  if (imported !== null) return imported.reading.locate(imported.setting);
  return { file: shownFile, ...createLocator(source).locate(path) };
}
