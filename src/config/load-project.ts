import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import { loadConfig } from './load-config.ts';
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
}

/**
 * Finds, loads, checks and resolves the project. Throws CONFIG_NOT_FOUND, CONFIG_THREW, CONFIG_NO_DEFAULT_EXPORT, or
 * CONFIG_INVALID with every mistake in its diagnostics.
 */
export async function loadProject(options: {
  readonly cwd: string;
  /** The config file; without it the nearest one from `cwd` upwards. */
  readonly file?: string;
}): Promise<LoadedProject> {
  const loaded = await loadConfig(options);
  const { diagnostics, definition } = validateConfig(loaded.config, {
    file: loaded.shownFile,
    source: loaded.source,
  });
  if (definition === null) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    throw new ToolError(
      'CONFIG_INVALID',
      `${loaded.shownFile} has ${errors === 1 ? 'a mistake' : `${errors} mistakes`}.`,
      { hint: 'Correct what is listed, then: glidepath validate', diagnostics },
    );
  }
  return { project: resolveProject(definition), file: loaded.file, root: loaded.root, diagnostics };
}
