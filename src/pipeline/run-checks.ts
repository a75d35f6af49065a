import { failureSentence, runChecks as runAll } from '../checks/run-checks.ts';
import { selectChecks } from '../checks/select-checks.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Json } from '../util/json.ts';
import { cappedLog } from './capped-log.ts';
import type { StepScope } from './step-scope.ts';

/**
 * Runs the checks of the stored commit one after the other, each after its needs, in a checkout of that very commit.
 * The names come with the run, as the commands do.
 */
export async function runChecks(scope: StepScope): Promise<Json> {
  const { deps, context } = scope;
  const plan = selectChecks(scope.input.checks, { only: null, isFast: false });
  const directory = await deps.builder.checkout(scope.input.commit);
  let log = cappedLog((line) => context.log(line));
  const outcome = await runAll({ ...deps, variable: (name) => deps.secret(name) }, plan, {
    directory,
    signal: context.signal,
    onEvent(event) {
      if (event.type === 'started') {
        context.log(`$ ${event.selected.check.command}`);
        // Each check may say as much as the others.
        log = cappedLog((line) => context.log(line));
      }
      if (event.type === 'line') log(event.line);
    },
  });
  const { failure, results } = outcome;
  if (failure === null) return { passed: results.map(({ name }) => name) };
  throw new ToolError('GATE_REFUSED', failureSentence(failure), {
    hint: `Run it yourself: glidepath ci --only ${failure.check.name}`,
    output: [...failure.result.output],
  });
}
