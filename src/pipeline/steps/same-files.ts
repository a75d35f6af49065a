import { ToolError } from '../../diagnostics/tool-error.ts';
import { migrationFilesOf, ranFiles } from '../migration-files.ts';
import type { StepScope } from '../step-scope.ts';

/** As much of an environment's history as is looked through: years of it. */
const HISTORY_LIMIT = 1_000;

/**
 * Shows that the very migration files of this commit ran in another environment. Throws MIGRATION_NOT_PASSED; what an
 * older version recorded without files, or a database that is not there, says nothing.
 */
export async function requireSameFilesRan(scope: StepScope, elsewhere: string): Promise<void> {
  const { deps, input, context } = scope;
  const files = await migrationFilesOf(deps.source, input.environment, input.commit);
  const entries = deps.history
    .entries(elsewhere, HISTORY_LIMIT)
    .filter((entry) => entry.release.commit === input.commit);
  for (const [database, now] of Object.entries(files)) {
    const ran = ranFiles(entries, database, () => true);
    if (ran.length === 0) {
      context.log(`${database}: what ran in ${elsewhere} is not known`);
      continue;
    }
    const missing = Object.entries(now)
      .filter(([path, checksum]) => !ran.some((each) => each.files[path] === checksum))
      .map(([path]) => path);
    if (missing.length > 0) throw notPassed(scope, elsewhere, database, missing);
    context.log(`${database}: the same ${Object.keys(now).length} migration files ran in ${elsewhere}`);
  }
}

function notPassed(
  { input }: StepScope,
  elsewhere: string,
  database: string,
  missing: readonly string[],
): ToolError {
  const [first = ''] = missing;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  const short = input.commit.slice(0, 7);
  return new ToolError(
    'MIGRATION_NOT_PASSED',
    `${elsewhere} did not run ${first}${more} of ${database} as ${input.environment.name} would.`,
    {
      hint: `Deploy it there first, with this same config: glidepath deploy ${elsewhere} --ref ${short}`,
      output: missing,
    },
  );
}
