import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { migrationsOf } from '../../plan/steps/migrations-of.ts';
import { flyAppNamed } from '../step-scope.ts';
import { buildAndPush } from '../steps/build.ts';
import { probeAndTry } from '../verdict/probe-and-try.ts';
import { releaseOfCommit } from '../verdict/release-after.ts';
import type { LooseScope } from './loose-scope.ts';
import { withProbeBranch } from './probe-branch.ts';
import type { ProbeOutcome } from './probe-record.ts';

/** A probe that was asked for by hand. */
export interface AskedProbe {
  readonly database: ResolvedDatabase;
  readonly keepBranch: boolean;
}

/** What came of it, and where it can be looked at. */
export interface AskedOutcome extends ProbeOutcome {
  readonly branch: string;
}

/**
 * Probes one database outside of a run; images that its migrations run in are built first. Throws PROVIDER_NOT_FOUND
 * where there is no database yet.
 */
export async function probeOnce(
  scope: LooseScope,
  { database, keepBranch }: AskedProbe,
): Promise<AskedOutcome> {
  const { deps, input, context } = scope;
  await requireThere(scope, database);
  for (const { migrate, app } of migrationsOf(database, input.environment.apps)) {
    if (migrate.runs !== 'release-command' || app === null) continue;
    await requireApp(scope, app);
    scope.setOutput(`build:${app}`, { ...(await buildAndPush(scope, app)) });
  }
  const options = { environment: input.environment.name, database, keep: keepBranch };
  const outcome = await withProbeBranch(deps, options, context, async (branch) => ({
    ...(await probeAndTry(scope, database, branch, () => releaseOfCommit(scope, database.name))),
    branch: branch.name,
  }));
  deps.history.saveProbe(outcome.record);
  return outcome;
}

async function requireThere({ deps, input }: LooseScope, database: ResolvedDatabase): Promise<void> {
  if ((await deps.databasePlatformOf(database).observe(database)) !== null) return;
  throw new ToolError(
    'PROVIDER_NOT_FOUND',
    `The database ${database.name} of ${input.environment.name} does not exist yet: nobody would wait for its migrations.`,
    { hint: `Deploy there first: glidepath deploy ${input.environment.name}` },
  );
}

/** A machine that the migration runs on belongs to an app. */
async function requireApp(scope: LooseScope, name: string): Promise<void> {
  const app = flyAppNamed(scope, name);
  if ((await scope.deps.platformOf(app).observeApp(app.platformName)) !== null) return;
  throw new ToolError(
    'PLAN_NOTHING_DEPLOYED',
    `The migration runs on a machine of ${name}, which is not in ${scope.input.environment.name} yet.`,
    { hint: `Deploy there first: glidepath deploy ${scope.input.environment.name}` },
  );
}
