import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import { joinSimilarLines } from '../../util/join-similar-lines.ts';
import { keepLines } from '../../util/kept-lines.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';

/** A worker that cannot use its database says so within this time, or nobody can tell by looking at it. */
const WORKER_PROOF_MS = 5_000;
/** Between two looks. */
const LOOK_MS = 500;
/** Lines of one that ended that are looked at for the error. */
const OUTPUT_LINES = 100;

/**
 * That an app still runs as it was started. One that nobody can ask for its health must do so for a while. Throws
 * DEPLOY_EXITED with what it printed.
 */
export async function requireStillUp(
  { platformOf, clock }: Pick<PipelineDeps, 'platformOf' | 'clock'>,
  app: ResolvedFlyApp,
  platformName: string,
  work: PlatformWork,
): Promise<void> {
  const platform = platformOf(app);
  const startedAt = new Map<string, number | null>();
  const until = clock.now() + (app.health === null ? WORKER_PROOF_MS : 0);
  for (;;) {
    const machines = (await platform.observeApp(platformName))?.machines ?? [];
    for (const machine of machines) {
      const known = startedAt.get(machine.id);
      if (known === undefined) startedAt.set(machine.id, machine.startedAt);
      const isSame = known === undefined || known === machine.startedAt;
      if (machine.state === 'started' && isSame) continue;
      const lines = await platform.logs(platformName, { limit: OUTPUT_LINES });
      throw new ToolError('DEPLOY_EXITED', `${app.name} started, but did not stay up.`, {
        output: keepLines(joinSimilarLines(lines.map(({ message }) => message))),
      });
    }
    if (clock.now() >= until) return;
    await clock.sleep(LOOK_MS, work.signal);
  }
}
