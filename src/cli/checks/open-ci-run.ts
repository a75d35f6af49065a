import { ownBuild } from '../../util/own-file.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { createVault } from '../platforms/secret-vault.ts';
import type { CiRun } from './ci-run.ts';
import { inContainers } from './container/in-containers.ts';
import type { QuickProject } from './load-project-quickly.ts';
import { loadProjectQuickly } from './load-project-quickly.ts';
import { openChecks } from './open-checks.ts';
import type { TypedCiOptions } from './typed-ci.ts';

/** What `ci` works with, and what it was loaded from. */
export interface OpenedCiRun extends CiRun {
  readonly loaded: QuickProject;
}

/** Loads the project and opens its checks. `isFresh`: this process has done so before. Throws what `loadProject` throws. */
export async function openCiRun(
  context: CommandContext,
  typed: TypedCiOptions,
  { isFresh = false }: { readonly isFresh?: boolean } = {},
): Promise<OpenedCiRun> {
  const now = (): number => systemClock.now();
  const loaded = await loadProjectQuickly(context, { build: ownBuild(), now, isFresh });
  const { project: written, root } = loaded;
  const project = typed.isContainer ? inContainers(written) : written;
  const vault = createVault(context.env);
  const deps = await openChecks(context, {
    project,
    root,
    checkout: root,
    checks: project.checks,
    vault,
    isCacheless: typed.isCacheless,
    commit: null,
    onWarning: (sentence) => context.output.error(`${vault.redact(sentence)}\n`),
  });
  return { project, root, deps, typed, vault, loaded };
}
