import { dirname } from 'node:path';
import { ownFiles } from '../../checks/own-files/own-files.ts';
import { findConfig } from '../../config/find-config.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { CommandContext } from '../command-context.ts';
import { readSnapshot, snapshotFile, writeSnapshot } from './config-snapshot.ts';
import { ownFileRecords } from '../project/machine-state.ts';
import { makeStateDir } from '../project/make-state-dir.ts';
import { recordVariables } from './record-variables.ts';

/** A project, and what it depends on. */
export interface QuickProject {
  readonly project: ResolvedProject;
  /** The config file, absolute. */
  readonly file: string;
  readonly root: string;
  /** The config file, the modules that it imports and the fly.toml files that it names, absolute. */
  readonly files: readonly string[];
  /**
   * The files and variables by which it is known that the project is still the same; null where it cannot be known, so that
   * the config has to be loaded each time.
   */
  readonly known: { readonly files: readonly string[]; readonly env: readonly string[] } | null;
}

/**
 * The project, as `loadProject` gives it, without loading the config and what checks it where nothing has changed that
 * they depend on. `build` is what this build of Glidepath is known by; null: the config is loaded. `isFresh`: this process has loaded it before. Throws what `loadProject` throws.
 */
export async function loadProjectQuickly(
  context: Pick<CommandContext, 'cwd' | 'env' | 'projectFile'>,
  {
    build,
    now,
    isFresh = false,
  }: { readonly build: string | null; readonly now: () => number; readonly isFresh?: boolean },
): Promise<QuickProject> {
  const { cwd, env, projectFile } = context;
  const options = { cwd, ...(projectFile === null ? {} : { file: projectFile }) };
  const config = findConfig(options);
  const own = ownFiles(ownFileRecords(env));
  const snapshot = build === null ? null : readSnapshot(config, build, env, own);
  if (snapshot !== null) {
    const { project, ...known } = snapshot;
    return { project, file: config, root: dirname(config), files: known.files, known };
  }
  const { loadProject } = await import('../../config/load-project.ts');
  const loadedAt = now();
  const recorded = recordVariables();
  const loaded = await loadProject({ ...options, isFresh }).finally(() => recorded.stop());
  const { project, sources, root, file } = loaded;
  const variables = recorded.read();
  if (build !== null) {
    makeStateDir(root, dirname(snapshotFile(config)));
    writeSnapshot({ config, build, sources, variables, loadedAt, project, own });
  }
  const written = build === null ? null : readSnapshot(config, build, env, own);
  return {
    project,
    file,
    root,
    files: [...new Set([file, ...sources.imports.flatMap((each) => each.file ?? []), ...sources.tomls])],
    known: written === null ? null : { files: written.files, env: written.env },
  };
}
