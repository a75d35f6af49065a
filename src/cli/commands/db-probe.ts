import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { unsafeStatements } from '../../migrations/probe/judge-probe.ts';
import { looseScope } from '../../pipeline/probe/loose-scope.ts';
import { probeOnce, type AskedOutcome } from '../../pipeline/probe/probe-environment.ts';
import { brokenReleases } from '../../pipeline/verdict/broken-releases.ts';
import { migratedDatabases } from '../../plan/steps/migrations-of.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { DEFAULT_LIMIT_MS, renderProbe } from '../views/database/probe.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** What is typed after `db probe`. */
export interface TypedProbe {
  readonly environment: string;
  readonly ref: string | null;
  readonly database: string | null;
  readonly keepBranch: boolean;
}

/**
 * `glidepath db probe <env>`: runs a commit's migrations on a throw-away branch and shows what each statement locks.
 * Ends with 4 where the environment's gate would refuse them.
 */
export async function dbProbe(context: CommandContext, typed: TypedProbe): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, typed.environment);
  const databases = migratedOf(environment, typed.database);
  const commit = await bench.source.resolveRef(typed.ref ?? 'HEAD');
  const outcomes: AskedOutcome[] = [];
  for (const database of databases)
    outcomes.push(await probeOne(context, bench, environment, { database, commit, typed }));
  const limitMs = limitOf(environment);
  const isRefused =
    limitMs !== null &&
    outcomes.some(
      ({ record }) => unsafeStatements(record, limitMs).length > 0 || brokenReleases([record]).length > 0,
    );
  const { output } = context;
  if (output.json)
    writeJson(output, {
      probes: outcomes.map(({ record, branch }) => ({ ...record, branch: typed.keepBranch ? branch : null })),
      blocksAtMostMs: limitMs,
      isSafe: outcomes.every(
        ({ record }) =>
          unsafeStatements(record, limitMs ?? DEFAULT_LIMIT_MS).length === 0 &&
          brokenReleases([record]).length === 0,
      ),
    });
  else
    for (const outcome of outcomes)
      output.write(
        renderProbe(outcome, {
          color: output.color,
          width: output.width,
          limitMs,
          keptBranch: typed.keepBranch ? outcome.branch : null,
        }),
      );
  return isRefused ? EXIT.refused : EXIT.ok;
}

async function probeOne(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  { database, commit, typed }: { database: ResolvedDatabase; commit: string; typed: TypedProbe },
): Promise<AskedOutcome> {
  const scope = looseScope(bench.deps, {
    project: bench.project.name,
    environment,
    commit,
    ref: typed.ref ?? 'HEAD',
    by: context.by,
    id: bench.newRunId(),
    signal: context.interrupt,
    log: (line) => {
      // What stays behind has to be known.
      if (context.isVerbose || line.startsWith('!')) context.output.error(`${bench.vault.redact(line)}\n`);
    },
  });
  return withProgress(context, `Probing ${database.name} of ${environment.name}`, () =>
    probeOnce(scope, { database, keepBranch: typed.keepBranch }),
  );
}

function migratedOf(environment: ResolvedEnvironment, name: string | null): readonly ResolvedDatabase[] {
  const migrated = migratedDatabases(environment.databases, environment.apps).map(({ database }) => database);
  const found = migrated.filter((database) => name === null || database.name === name);
  if (found.length > 0) return found;
  if (name === null)
    throw new ToolError('CLI_USAGE', `Nothing migrates a database in ${environment.name}.`, {
      hint: "Set the command in glidepath.config.ts: migrate: 'npm run migrate'",
    });
  const names = migrated.map((database) => database.name);
  throw new ToolError('CLI_USAGE', `There is no database "${name}" with migrations in ${environment.name}.`, {
    hint: nameHint(name, names, 'databases'),
  });
}

/** What the environment's gate allows; null where it has none. */
function limitOf({ gates }: ResolvedEnvironment): number | null {
  const gate = gates.find(({ kind }) => kind === 'safe-migrations');
  return gate?.kind === 'safe-migrations' ? gate.blocksAtMostMs : null;
}
