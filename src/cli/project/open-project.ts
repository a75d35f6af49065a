import { join } from 'node:path';
import { loadProject, type LoadedProject } from '../../config/load-project.ts';
import type { CommandContext } from '../command-context.ts';

/** The project alone: what `plan` needs. Apart from the wiring, so that it loads nothing that carries anything out. */
export async function openProject(
  context: CommandContext,
): Promise<Pick<LoadedProject, 'project' | 'root' | 'place' | 'diagnostics'>> {
  const loaded = await loadProject({
    cwd: context.cwd,
    ...(context.projectFile === null ? {} : { file: context.projectFile }),
  });
  return { project: loaded.project, root: loaded.root, place: loaded.place, diagnostics: loaded.diagnostics };
}

/** Where the state of a project is kept: the local cloud's apart from the real platforms'. */
export function stateDirOf(root: string, isLocal: boolean): string {
  return isLocal ? join(root, '.glidepath', 'local') : join(root, '.glidepath');
}

/** Where the local cloud of a project keeps its state. */
export function cloudDirOf(root: string): string {
  return join(root, '.glidepath', 'cloud');
}
