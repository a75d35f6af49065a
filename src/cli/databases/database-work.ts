import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { looseScope } from '../../pipeline/probe/loose-scope.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import type { CommandContext } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';

/** What a platform is handed by a command that is no run: what matters is said on standard error, all of it with `--verbose`. */
export function databaseWork(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  id: string,
): PlatformWork {
  const live = bench.history.live(environment.name)?.release;
  return looseScope(bench.deps, {
    project: bench.project.name,
    environment,
    commit: live?.commit ?? '',
    ref: live?.ref ?? '',
    by: context.by,
    id,
    signal: context.interrupt,
    log: (line) => {
      // What stays behind has to be known.
      if (context.isVerbose || line.startsWith('!')) context.output.error(`${bench.vault.redact(line)}\n`);
    },
  }).context;
}
