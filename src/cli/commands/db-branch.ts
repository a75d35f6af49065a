import type { ResolvedDatabase, ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabaseBranch, DatabasePlatform } from '../../providers/database-platform.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { databaseOf } from '../databases/database-of.ts';
import { ofSeveral } from '../databases/of-several.ts';
import { databaseWork } from '../databases/database-work.ts';
import { removingUnfinished } from '../databases/removing-unfinished.ts';
import { requireNotHidden } from '../databases/require-not-hidden.ts';
import { requireUsableName } from '../databases/kept-name.ts';
import { isKeptShorter, keptFor } from '../databases/kept-for.ts';
import { writeJson } from '../output.ts';
import { parseMoment } from '../databases/parse-moment.ts';
import { withProgress } from '../progress.ts';
import { renderBranches } from '../views/database/branches.ts';
import { paint } from '../views/text/paint.ts';
import { localHint } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** What is typed after `db branch`. */
export interface TypedBranch {
  readonly environment: string;
  /** Null: those there are. */
  readonly name: string | null;
  readonly database: string | null;
  readonly at: string | null;
  readonly schemaOnly: boolean;
  /** A duration, or `ever`. */
  readonly for: string | null;
  readonly delete: boolean;
}

/** A branch by hand is for an afternoon: what lives longer is asked for. */
const KEPT = '1d';

/** `glidepath db branch <env> [name]`: a copy of a database beside it; without a name, those there are. */
export async function dbBranch(context: CommandContext, typed: TypedBranch): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, typed.environment);
  const database = databaseOf(environment, typed.database);
  if (typed.name === null) return await listBranches(context, bench, environment, database, typed);
  if (typed.delete) return await deleteBranch(context, bench, { environment, database, name: typed.name });
  return await makeBranch(context, bench, { environment, database, name: typed.name, typed });
}

async function makeBranch(
  context: CommandContext,
  bench: Workbench,
  asked: { environment: ResolvedEnvironment; database: ResolvedDatabase; name: string; typed: TypedBranch },
): Promise<ExitCode> {
  const { environment, database, name, typed } = asked;
  requireUsableName(name);
  requireFreeName(bench.project, database, name);
  const keptMs = keptFor(typed.for, KEPT);
  const at = typed.at === null ? null : parseMoment(typed.at, bench.clock.now());
  if (at !== null) await requireNotHidden(context, bench, { environment, database, at });
  const expiresAt = keptMs === null ? null : bench.clock.now() + keptMs;
  const platform = bench.deps.databasePlatformOf(database);
  await requireNew(platform, environment, { database, name });
  const id = bench.newRunId();
  const work = databaseWork(context, bench, environment, id);
  const options = { name, schemaOnly: typed.schemaOnly, expiresAt, ...(at === null ? {} : { at }) };
  const unfinished = {
    platform,
    database,
    name,
    work: databaseWork({ ...context, interrupt: new AbortController().signal }, bench, environment, id),
    deleteCommand: `glidepath db branch ${environment.name} ${name}${ofSeveral(environment, database)} --delete`,
  };
  const branch = await withProgress(context, `Branching ${database.name} of ${environment.name}`, () =>
    removingUnfinished(unfinished, () => platform.branch(database, options, work)),
  );
  const command = localHint(
    `glidepath db url ${environment.name}:${branch.name}${ofSeveral(environment, database)}`,
    context.isLocal,
  );
  const { output } = context;
  if (output.json)
    writeJson(output, { environment: environment.name, database: database.name, branch, command });
  else {
    const { green, cyan, yellow } = paint(output.color);
    output.write(`  ${green('✓')} ${branch.name} is there, ${until(branch)}\n`);
    if (isKeptShorter(expiresAt, branch.expiresAt))
      output.write(`  ${yellow('!')} Not for ${typed.for ?? KEPT}: the platform removes it then.\n`);
    output.write(`  ${cyan('→')} ${command}\n`);
  }
  return EXIT.ok;
}

/** Whoever asks for a copy of now does not mean one of last week, nor one with rows by `--schema-only`. */
async function requireNew(
  platform: DatabasePlatform,
  environment: ResolvedEnvironment,
  { database, name }: { database: ResolvedDatabase; name: string },
): Promise<void> {
  const there = (await platform.branches(database)).find((branch) => branch.name === name);
  if (there === undefined) return;
  const several = ofSeveral(environment, database);
  throw new ToolError(
    'CLI_USAGE',
    `There is a branch ${name} already, made ${utcTime(there.createdAt)}, ${until(there)}.`,
    {
      hint: `Choose another name, or delete it: glidepath db branch ${environment.name} ${name}${several} --delete`,
    },
  );
}

function until({ expiresAt }: DatabaseBranch): string {
  return expiresAt === null ? 'until somebody removes it' : `until ${utcTime(expiresAt)}`;
}

async function deleteBranch(
  context: CommandContext,
  bench: Workbench,
  asked: { environment: ResolvedEnvironment; database: ResolvedDatabase; name: string },
): Promise<ExitCode> {
  const { environment, database, name } = asked;
  requireFreeName(bench.project, database, name);
  const platform = bench.deps.databasePlatformOf(database);
  const wasThere = (await platform.branches(database)).some((branch) => branch.name === name);
  const work = databaseWork(context, bench, environment, bench.newRunId());
  await withProgress(context, `Deleting ${name}`, () => platform.deleteBranch(database, name, work));
  const { output } = context;
  if (output.json)
    writeJson(output, { environment: environment.name, database: database.name, deleted: wasThere, name });
  else
    output.write(wasThere ? `  ${name} is deleted.\n` : `  There is no branch ${name}; nothing to delete.\n`);
  return EXIT.ok;
}

/** The databases of environments are no branches to be made or deleted by hand. */
function requireFreeName({ environments }: ResolvedProject, database: ResolvedDatabase, name: string): void {
  for (const environment of environments) {
    const own = environment.databases.find((each) => each.name === database.name);
    if (own?.platformName !== name || own.project !== database.project) continue;
    throw new ToolError(
      'CLI_USAGE',
      `${name} is the database of ${environment.name} itself, not a branch of it.`,
      {
        hint: 'Choose another name.',
      },
    );
  }
}

async function listBranches(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  database: ResolvedDatabase,
  typed: TypedBranch,
): Promise<ExitCode> {
  if (typed.delete)
    throw new ToolError('CLI_USAGE', 'Name the branch to delete.', {
      hint: `See them: glidepath db branch ${environment.name}${ofSeveral(environment, database)}`,
    });
  const branches = await withProgress(context, 'Listing the branches', () =>
    bench.deps.databasePlatformOf(database).branches(database),
  );
  const { output } = context;
  if (output.json) writeJson(output, { environment: environment.name, database: database.name, branches });
  else
    output.write(
      renderBranches(branches, {
        own: database.platformName,
        environment: environment.name,
        now: bench.clock.now(),
        color: output.color,
      }),
    );
  return EXIT.ok;
}
