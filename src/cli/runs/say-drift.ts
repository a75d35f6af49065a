import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { observe } from '../../pipeline/observe.ts';
import type { CommandContext } from '../command-context.ts';
import { paint } from '../views/text/paint.ts';
import type { Workbench } from '../workbench.ts';

/**
 * Says before a deployment what of the counts and sizes that are there it will change: what was scaled by hand is gone
 * after it. Only words; what cannot be read is left to the steps, which say it better.
 */
export async function sayDrift(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
): Promise<void> {
  if (context.output.json) return;
  const { yellow } = paint(context.output.color);
  try {
    const observed = await observe([{ ...environment, databases: [] }], bench);
    for (const [app, state] of Object.entries(observed.environments[environment.name]?.apps ?? {})) {
      const drift = state?.drift ?? [];
      if (drift.length === 0) continue;
      context.output.error(`${yellow('!')} ${app} is brought back to the config: ${drift.join('; ')}.\n`);
    }
  } catch {
    // The first step that asks the platform fails with the reason, and with what to do about it.
  }
}
