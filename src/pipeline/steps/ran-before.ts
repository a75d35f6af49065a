import { ToolError } from '../../diagnostics/tool-error.ts';
import type { MigrationChecksums, RanFiles } from '../../migrations/files/compare-files.ts';
import { ranFiles } from '../migration-files.ts';
import type { StepScope } from '../step-scope.ts';

/** As much of an environment's history as is looked through: years of it. */
const HISTORY_LIMIT = 1_000;

/** The files of one database. */
interface FilesOfDatabase {
  /** The environment in which they have to have run. */
  readonly after: string;
  readonly database: string;
  /** At this commit. */
  readonly now: MigrationChecksums;
  /** What ran in this environment. */
  readonly ran: readonly RanFiles[];
}

/**
 * Shows that each file that would run here for the first time ran in another environment, with whichever commit. Throws
 * MIGRATION_NOT_PASSED; what an older version recorded without files says nothing.
 */
export function requireRanBefore(scope: StepScope, { after, database, now, ran }: FilesOfDatabase): void {
  const { deps, context } = scope;
  const pending = Object.keys(now).filter((path) => !ranAs(ran, path, now[path]));
  if (pending.length === 0) return;
  const entries = deps.history.entries(after, HISTORY_LIMIT);
  const there = ranFiles(entries, database, () => true);
  if (entries.length > 0 && there.length === 0) {
    context.log(`${database}: what ran in ${after} is not known`);
    return;
  }
  const missing = pending.filter((path) => !ranAs(there, path, now[path]));
  if (missing.length > 0) throw notRun(scope, { after, database }, missing, entries.length === 0);
  context.log(
    `${database}: ${pending.length === 1 ? 'the new one' : `all ${pending.length} new ones`} ran in ${after}`,
  );
}

function ranAs(ran: readonly RanFiles[], path: string, checksum: string | undefined): boolean {
  return ran.some(({ files }) => files[path] === checksum);
}

function notRun(
  { input: { environment, commit } }: StepScope,
  { after, database }: Pick<FilesOfDatabase, 'after' | 'database'>,
  missing: readonly string[],
  isFirst: boolean,
): ToolError {
  const [first = ''] = missing;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  const { name } = environment;
  return new ToolError(
    'MIGRATION_NOT_PASSED',
    `${first}${more} of ${database} would run in ${name}, and ${missing.length === 1 ? 'has' : 'have'} not run in ${after}${isFirst ? ', where nothing has been deployed yet' : ''}.`,
    {
      hint: [
        `Deploy it there first: glidepath deploy ${after} --ref ${commit.slice(0, 7)}`,
        `If ${name} does not come after ${after}, write in the config which environment it comes after, or null: environments: { ${name}: { migrateAfter: null } }`,
      ].join('\n'),
      output: missing,
    },
  );
}
