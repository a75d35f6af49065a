import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { keptLines } from '../../util/kept-lines.ts';
import { cappedLog } from '../capped-log.ts';
import { databaseNamed, ownVariables, urlFromHere } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf } from '../step-scope.ts';

/** Puts test data into a database, once in its life: one that was destroyed and made again gets them again. */
export function seedStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'seed'>(deps, context);
      const { environment, commit } = scope.input;
      const database = databaseNamed(environment, scope.action.database);
      const { seed } = database;
      if (seed === null) return { seeded: false };
      const before = deps.history.seededBy(environment.name, database.name);
      if (before !== null) {
        context.log(`${database.name} already has its test data, since ${before}`);
        return { seeded: false, by: before };
      }
      const output = keptLines();
      const log = cappedLog((line) => context.log(line));
      const url = await urlFromHere(deps, database, context.signal);
      const { exitCode, timedOut } = await deps.runCommand({
        command: seed.command,
        cwd: await deps.builder.checkout(commit),
        env: { ...ownVariables(scope.input), [database.secret]: url },
        timeoutMs: seed.timeoutMs,
        signal: context.signal,
        onLine: (line) => {
          output.add(line);
          log(line);
        },
      });
      if (exitCode === 0) {
        deps.history.recordSeed(environment.name, database.name, context.runId, deps.clock.now());
        return { seeded: true };
      }
      const how = timedOut
        ? `did not finish within ${seed.timeoutMs / 1000} s`
        : `failed with exit code ${exitCode}`;
      throw new ToolError('SEED_FAILED', `The test data of ${database.name} ${how}: ${seed.command}`, {
        hint: 'No app was changed. Fix the command and deploy again: it runs again until it has succeeded once.',
        output: output.lines(),
      });
    },
  };
}
