import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext } from '../command-context.ts';
import { withProgress } from '../progress.ts';
import { ofSeveral } from './of-several.ts';
import { localHint } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';

/** How restores call what they replace, before the id of their run. */
const KEPT_PREFIX = 'before-restore-';

/**
 * Throws DATABASE_OUTSIDE_WINDOW for a moment that a restore has taken out of the database's past. The platform would not
 * refuse it: it has a state for it, the one the restore brought back, and not what was there then.
 */
export async function requireNotHidden(
  context: CommandContext,
  bench: Workbench,
  asked: { environment: ResolvedEnvironment; database: ResolvedDatabase; at: number },
): Promise<void> {
  const { environment, database, at } = asked;
  const hidden = bench.history.restoreThatHid(environment.name, database.name, at);
  if (hidden === null) return;
  const points = await withProgress(context, 'Listing the restore points', () =>
    bench.deps.databasePlatformOf(database).restorePoints(database),
  );
  // Kept right before the restore was done; the newest come first.
  const kept = points.find((point) => point.name.startsWith(KEPT_PREFIX) && point.at <= hidden.at);
  const command = `glidepath db restore ${environment.name}${ofSeveral(environment, database)}`;
  throw new ToolError(
    'DATABASE_OUTSIDE_WINDOW',
    `${database.name} was restored at ${utcTime(hidden.at)} to its data of ${utcTime(hidden.target)}: what it held at ${utcTime(at)} is no longer in its history.`,
    {
      hint:
        kept !== undefined && kept.at >= at
          ? `${kept.name} has its data of ${utcTime(kept.at)}: ${localHint(`${command} --to-restore-point ${kept.name}`, context.isLocal)}`
          : `See its restore points: ${localHint(command, context.isLocal)}`,
    },
  );
}
