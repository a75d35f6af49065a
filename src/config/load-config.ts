import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, relative } from 'node:path';
import { ToolError } from '../diagnostics/tool-error.ts';
import { ownFile } from '../util/own-file.ts';
import type { ConfigImport } from './config-sources.ts';
import { findConfig } from './find-config.ts';
import { loadError } from './load-error.ts';

/** A config file as it was loaded, not yet looked at. */
export interface LoadedConfig {
  /** Absolute. */
  readonly file: string;
  /** As people see it: from the working directory, where it is below that. */
  readonly shownFile: string;
  /** The folder of the file: the root of the project. */
  readonly root: string;
  readonly source: string;
  /** What it exports as default; anything at all. */
  readonly config: unknown;
  /** What it imports, and what that imports, as far as it was loaded for this. */
  readonly imports: readonly ConfigImport[];
}

/** How often this process has loaded a config anew: Node keeps every module that it has loaded once. */
let freshLoads = 0;

/** Finds and imports the config file. Throws CONFIG_NOT_FOUND, CONFIG_THREW or CONFIG_NO_DEFAULT_EXPORT. */
export async function loadConfig(options: {
  readonly cwd: string;
  readonly file?: string;
  /** Also what it imports is loaded again, where this process has done so before. */
  readonly isFresh?: boolean;
}): Promise<LoadedConfig> {
  const file = findConfig(options);
  const shownFile = shown(options.cwd, file);
  const source = readFileSync(file, 'utf8');
  const imports: ConfigImport[] = [];
  const exports = await importConfig(file, shownFile, options.isFresh ?? false, (each) => imports.push(each));
  const config = exports['default'];
  if (config === undefined || config === null) {
    const message = `${shownFile} exports no project.`;
    const hint = 'Export it as the default: export default defineProject({ … })';
    throw new ToolError('CONFIG_NO_DEFAULT_EXPORT', message, {
      hint,
      diagnostics: [
        {
          severity: 'error',
          code: 'CONFIG_NO_DEFAULT_EXPORT',
          message,
          hint,
          location: { file: shownFile },
        },
      ],
    });
  }
  return { file, shownFile, root: dirname(file), source, config, imports };
}

async function importConfig(
  file: string,
  shownFile: string,
  isFresh: boolean,
  onImport: (each: ConfigImport) => void,
): Promise<Record<string, unknown>> {
  const { importNatively } = nativeImport();
  const { mtimeMs, size } = statSync(file);
  const version = isFresh ? `${mtimeMs}-${size}-${(freshLoads += 1)}` : `${mtimeMs}-${size}`;
  try {
    return await importNatively(file, { version, isFresh }, onImport);
  } catch (error) {
    throw loadError(file, shownFile, error);
  }
}

function nativeImport(): typeof import('./native-import.ts') {
  return createRequire(import.meta.url)(
    ownFile('config/native-import'),
  ) as typeof import('./native-import.ts');
}

/** A file as people see it: from the working directory, where it is below that. */
export function shown(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
