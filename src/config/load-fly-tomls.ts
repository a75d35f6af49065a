import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, posix, resolve } from 'node:path';
import { entriesOf, isRecord } from './config-path.ts';
import { NO_IMPORTS, type FlyTomlImports, type FlyTomlReading } from './fly-toml/fly-toml-reading.ts';

/**
 * Reads the fly.toml files that a config of whatever shape names with `config:`, from the folder of the config file.
 * `shown` gives a file's name as people see it.
 */
export async function loadFlyTomls(
  config: unknown,
  root: string,
  shown: (file: string) => string,
): Promise<FlyTomlImports> {
  const paths = namedFiles(config);
  if (paths.length === 0) return NO_IMPORTS;
  // Only now: a config that names none does not pay for the parser.
  const { readFlyToml } = await import('./fly-toml/read-fly-toml.ts');
  const readings = new Map<string, FlyTomlReading>();
  const missing = new Map<string, readonly string[]>();
  for (const path of paths) {
    const file = resolve(root, path);
    const text = textOf(file);
    if (text === null) missing.set(path, filesBeside(file, path));
    else readings.set(path, readFlyToml(text, { path: posix.normalize(path), shown: shown(file) }));
  }
  return { readings, missing };
}

function namedFiles(config: unknown): string[] {
  if (!isRecord(config)) return [];
  const environments = entriesOf(config['environments']).map(([, environment]) => environment);
  const apps = [config, ...environments].flatMap((owner) =>
    isRecord(owner) ? entriesOf(owner['apps']).map(([, app]) => app) : [],
  );
  const files = apps.flatMap((app) =>
    isRecord(app) && typeof app['config'] === 'string' && app['config'] !== '' ? [app['config']] : [],
  );
  return [...new Set(files)];
}

/** Null for a file that is not there. What else keeps it from being read is no mistake of the config. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

/** The TOML files in the folder where one was looked for, named as it was. */
function filesBeside(file: string, path: string): string[] {
  try {
    return readdirSync(dirname(file))
      .filter((name) => name.endsWith('.toml') && name !== basename(file))
      .map((name) => posix.join(posix.dirname(path), name))
      .sort();
  } catch {
    return [];
  }
}
