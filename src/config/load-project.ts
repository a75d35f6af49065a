import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { ConfigSources } from './config-sources.ts';
import { loadConfig, shown } from './load-config.ts';
import { loadFlyTomls } from './load-fly-tomls.ts';
import { placeDiagnostic } from './place-diagnostic.ts';
import type { ResolvedProject } from './resolved.ts';
import { resolveProject } from './resolve/resolve-project.ts';
import { validateConfig } from './validate-config.ts';

/** A project that can be worked with. */
export interface LoadedProject {
  readonly project: ResolvedProject;
  /** The config file, absolute. */
  readonly file: string;
  /** Its folder, absolute. */
  readonly root: string;
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
  /** What it was loaded from. */
  readonly sources: ConfigSources;
  /** Says of what a platform has against a setting where it is written. */
  readonly place: (diagnostic: Diagnostic) => Diagnostic;
}

/**
 * Finds, loads, checks and resolves the project, with the fly.toml files it names. Throws CONFIG_NOT_FOUND, CONFIG_THREW, CONFIG_NO_DEFAULT_EXPORT, or
 * CONFIG_INVALID with every mistake in its diagnostics.
 */
export async function loadProject(options: {
  readonly cwd: string;
  /** The config file; without it the nearest one from `cwd` upwards. */
  readonly file?: string;
  /** Also what the config imports is loaded again, where this process has done so before. */
  readonly isFresh?: boolean;
  /** Unix milliseconds: with it, exceptions that have ended are warned of. */
  readonly now?: number;
}): Promise<LoadedProject> {
  const loaded = await loadConfig(options);
  const imports = await loadFlyTomls(loaded.config, loaded.root, (file) => shown(options.cwd, file));
  const { diagnostics, definition } = validateConfig(loaded.config, {
    file: loaded.shownFile,
    source: loaded.source,
    imports,
    now: options.now,
  });
  if (definition === null) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const files = [...new Set(errors.map(({ location }) => location?.file ?? loaded.shownFile))];
    const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
    throw new ToolError(
      'CONFIG_INVALID',
      `${files.join(' and ')} ${files.length === 1 ? 'has' : 'have'} ${count}.`,
      { hint: 'Correct what is listed, then: glidepath validate', diagnostics },
    );
  }
  const written = { definition, imports, shownFile: loaded.shownFile, source: loaded.source };
  return {
    project: resolveProject(definition, imports),
    file: loaded.file,
    root: loaded.root,
    diagnostics,
    sources: {
      imports: loaded.imports,
      tomls: [...imports.readings.keys()].map((path) => resolve(loaded.root, path)),
    },
    place: (diagnostic) => placeDiagnostic(written, diagnostic),
  };
}
