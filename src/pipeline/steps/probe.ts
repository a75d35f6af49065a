import type { Gate, ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { unsafeStatements } from '../../migrations/probe/judge-probe.ts';
import { count, durationWords } from '../../plan/words.ts';
import type { Json } from '../../util/json.ts';
import { databaseNamed } from '../env-values.ts';
import { withProbeBranch } from '../probe/probe-branch.ts';
import type { ProbeRecord } from '../probe/probe-record.ts';
import { probeLine, safeLines, unsafeLines } from '../probe/probe-words.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { brokenReleases } from '../verdict/broken-releases.ts';
import { probeAndTry } from '../verdict/probe-and-try.ts';
import { releaseOfRun } from '../verdict/release-after.ts';
import { scopeOf, type StepScope } from '../step-scope.ts';

/** What a probe step leaves behind. */
export type ProbeResult = { readonly probe: ProbeRecord } | { readonly skipped: string };

/** Runs the migrations of a database on a throw-away branch of it, and writes down what they did there. */
export function probeStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'probe'>(deps, context);
      const database = databaseNamed(scope.input.environment, scope.action.database);
      if (isNew(scope, database)) {
        const skipped = `${database.name} was made in this run: nobody uses it yet`;
        context.log(skipped);
        return { skipped };
      }
      const environment = scope.input.environment.name;
      const { record } = await withProbeBranch(
        deps,
        { environment, database, keep: false },
        context,
        async (branch) => probeAndTry(scope, database, branch, () => Promise.resolve(releaseOfRun(scope))),
      );
      deps.history.saveProbe(record);
      context.log(`${database.name}: ${probeLine(record)}`);
      return { probe: record } as unknown as Json;
    },
  };
}

/**
 * Throws MIGRATION_UNSAFE with every statement that keeps somebody out for too long, or that a rule calls an error; and
 * where the release that is live was shown not to work on the new schema.
 */
export function requireSafeMigrations(
  scope: StepScope,
  { blocksAtMostMs }: Extract<Gate, { kind: 'safe-migrations' }>,
): Json {
  const probes = probesIn(scope.context.outputs);
  const unsafe = probes.flatMap((probe) =>
    unsafeStatements(probe, blocksAtMostMs).map((statement) => ({ statement, database: probe.database })),
  );
  const broken = brokenReleases(probes);
  if (unsafe.length === 0 && broken.length === 0) return { probed: probes.map(({ database }) => database) };
  for (const { statement } of unsafe) for (const line of safeLines(statement)) scope.context.log(line);
  const databases = [...new Set(unsafe.map(({ database }) => database))].join(', ');
  const sentences = broken.map(({ sentence }) => sentence);
  if (unsafe.length > 0)
    sentences.push(
      `${count(unsafe.length, 'statement')} of the migration of ${databases} may not run in ${scope.input.environment.name}: nobody may be blocked for more than ${durationWords(blocksAtMostMs)}, and no rule may call it an error.`,
    );
  throw new ToolError('MIGRATION_UNSAFE', sentences.join(' '), {
    hint: `Nothing was changed. See the safe way to write it: glidepath db probe ${scope.input.environment.name} --ref ${scope.input.commit.slice(0, 7)}`,
    output: [
      ...broken.flatMap(({ output }) => output),
      ...unsafe.flatMap(({ statement }) => unsafeLines(statement)),
    ],
  });
}

/** The probes of a run, from the results of its steps. */
export function probesIn(outputs: Readonly<Record<string, Json>>): readonly ProbeRecord[] {
  return Object.entries(outputs).flatMap(([id, output]) => {
    if (!id.startsWith('probe:')) return [];
    const result = output as unknown as ProbeResult;
    return 'probe' in result ? [result.probe] : [];
  });
}

function isNew({ context }: StepScope, { name }: ResolvedDatabase): boolean {
  const ensured = context.outputs[`ensure-database:${name}`] as { created?: boolean } | undefined;
  return ensured?.created === true;
}
