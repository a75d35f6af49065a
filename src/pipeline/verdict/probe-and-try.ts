import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { loadSqlParser } from '../../migrations/lint/parse/sql-parser.ts';
import { allChanges } from '../../migrations/verdict/all-changes.ts';
import type { Catalog } from '../../migrations/verdict/catalog.ts';
import { rollbackVerdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { SchemaChange } from '../../migrations/verdict/schema-change.ts';
import { withPostgres } from '../../providers/postgres/connect-postgres.ts';
import { isBookkeeping } from '../flight/bookkeeping.ts';
import type { ProbeBranch } from '../probe/probe-branch.ts';
import { probeDatabase } from '../probe/probe-database.ts';
import type { ProbeOutcome } from '../probe/probe-record.ts';
import type { StepScope } from '../step-scope.ts';
import { readCatalog } from './read-catalog.ts';
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
  const before = await catalogOf(scope, branch);
  const outcome = await probeDatabase(scope, database, branch);
  const seen = await changesOf(outcome, before, await catalogOf(scope, branch));
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
async function catalogOf({ context }: StepScope, { address }: ProbeBranch): Promise<Catalog | null> {
  const options = { applicationName: 'glidepath probe', signal: context.signal };
  try {
    return await withPostgres(address.outsideUrl ?? address.url, options, readCatalog);
  } catch (error) {
    if (context.signal.aborted || error instanceof ToolError || !(error instanceof Error)) throw error;
    context.log(`! the catalog could not be read: ${error.message}`);
    return null;
  }
}

/** Statements that read, or are about the transaction or the session. */
const LEAVES_NOTHING =
  /^\s*(select|with|set|show|begin|start|commit|end|rollback|savepoint|release|deallocate|discard|reset)\b/i;

const UNREAD: SchemaChange = {
  limit: 'gone',
  what: 'the catalog',
  reason: 'The catalog could not be read: what was added, changed or taken away is not known.',
  statement: null,
};

async function changesOf(
  { record }: ProbeOutcome,
  before: Catalog | null,
  after: Catalog | null,
): Promise<{ readonly changes: readonly SchemaChange[]; readonly hasChanged: boolean }> {
  if (before === null || after === null) return { changes: [UNREAD], hasChanged: true };
  const statements = record.statements.filter(({ sql }) => !isBookkeeping(sql));
  const hasRun = statements.some(({ sql }) => !LEAVES_NOTHING.test(sql));
  // Of what was only seen from outside some may be missing; where nothing at all was seen, nothing ran.
  const isWhole = record.seenBy === 'tap' || (!hasRun && isSame(before, after));
  const parser = await loadSqlParser();
  const changes = allChanges(parser, { before, after, statements, isWhole });
  return { changes, hasChanged: changes.length > 0 || !isSame(before, after) };
}

function isSame(before: Catalog, after: Catalog): boolean {
  const text = ({ objects }: Catalog): string =>
    objects
      .map((object) => JSON.stringify(object))
      .toSorted()
      .join('\n');
  return text(before) === text(after);
}
