import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Catalog } from '../../migrations/verdict/catalog.ts';
import { rollbackVerdict } from '../../migrations/verdict/rollback-verdict.ts';
import { withPostgres } from '../../providers/postgres/connect-postgres.ts';
import type { ProbeBranch } from '../probe/probe-branch.ts';
import { probeDatabase } from '../probe/probe-database.ts';
import type { ProbeOutcome } from '../probe/probe-record.ts';
import type { StepScope } from '../step-scope.ts';
import { changesOfProbe } from './changes-of-probe.ts';
import { readCatalog } from './read-catalog.ts';
import { sessionsEnded } from './sessions-ended.ts';
import { releaseBefore, tryReleases } from './try-releases.ts';
import type { TriedRelease } from './try-release.ts';
import type { VerdictRecord } from './verdict-record.ts';
import { withEarlier } from './with-earlier.ts';

/**
 * Probes a migration, and tries the release that is live on what it leaves. `newRelease` is asked for what is deployed
 * when it is needed; it may have to be built first. Throws what `probeDatabase` does.
 */
export async function probeAndTry(
  scope: StepScope,
  database: ResolvedDatabase,
  branch: ProbeBranch,
  newRelease: () => Promise<TriedRelease | null>,
): Promise<ProbeOutcome> {
  const { deps, input } = scope;
  const live = deps.history.live(input.environment.name);
  if (live === null) return probeDatabase(scope, database, branch);
  const before = await catalogOf(scope, branch, false);
  const outcome = await probeDatabase(scope, database, branch);
  const seen = await changesOfProbe(outcome, before, await catalogOf(scope, branch, true));
  const from = await releaseBefore(scope, live);
  const cells = seen.hasChanged
    ? await tryReleases(scope, { database, branch, before: from, after: await newRelease() })
    : [];
  const verdict: VerdictRecord = {
    from: live.release.id,
    ...withEarlier(
      rollbackVerdict({ ...seen, cells, hasSmoke: from.environment.smoke !== null }),
      deps.history.migratedSince({
        environment: input.environment.name,
        database: database.name,
        from: live.release.id,
      }),
    ),
    cells,
    changes: seen.changes,
  };
  return { ...outcome, record: { ...outcome.record, verdict } };
}

/** Null where it cannot be read: that is no reason to let nobody deploy. */
async function catalogOf(
  { context, deps }: StepScope,
  { address }: ProbeBranch,
  isAfter: boolean,
): Promise<Catalog | null> {
  const options = { applicationName: 'glidepath probe', signal: context.signal };
  try {
    return await withPostgres(address.outsideUrl ?? address.url, options, async (client) => {
      if (isAfter) await sessionsEnded(client, deps.clock, context.signal);
      return readCatalog(client);
    });
  } catch (error) {
    if (context.signal.aborted || error instanceof ToolError || !(error instanceof Error)) throw error;
    context.log(`! the catalog could not be read: ${error.message}`);
    return null;
  }
}
