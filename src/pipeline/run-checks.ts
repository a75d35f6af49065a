import type { CheckEvent, ChecksOutcome } from '../checks/check-event.ts';
import { runChecks as runAll } from '../checks/run-checks.ts';
import { selectChecks } from '../checks/select-checks.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Json } from '../util/json.ts';
import { cappedLog } from './capped-log.ts';
import type { StepScope } from './step-scope.ts';

/** The gate `checks()`: every check of the stored commit passes, the first that does not ends it. Throws GATE_REFUSED. */
export async function runChecks(scope: StepScope): Promise<Json> {
  const { outcome } = await carryOutChecks(scope, { isKeepGoing: false });
  const [failure] = outcome.failures;
  if (failure === undefined)
    return {
      passed: outcome.results.map(({ name }) => name),
      checks: outcome.results.map(({ name, key, endedAt }) => ({ name, key, at: endedAt })),
    };
  throw new ToolError('GATE_REFUSED', failure.problem?.message ?? `The check ${failure.name} failed.`, {
    hint: `Run it yourself: glidepath ci --only ${failure.name}`,
    output: [...failure.output],
  });
}

/**
 * Runs the checks of the stored commit, beside each other as far as they may, in a checkout of that very commit; one
 * whose result is there is not run. The names come with the run, as the commands do.
 */
export async function carryOutChecks(
  { deps, context, input }: StepScope,
  { isKeepGoing }: { readonly isKeepGoing: boolean },
): Promise<{ readonly directory: string; readonly outcome: ChecksOutcome }> {
  const plan = selectChecks(input.checks, { only: null, isFast: false });
  const directory = await deps.builder.checkout(input.commit);
  const { commit, checks } = input;
  const log = (line: string): void => context.log(line);
  const outcome = await runAll(await deps.openChecks({ directory, commit, checks, log }), plan, {
    root: directory,
    signal: context.signal,
    onEvent: logOfChecks(log),
    isKeepGoing,
    isForce: false,
    isWatched: false,
  });
  return { directory, outcome };
}

/** Lines of checks that run beside each other, each with the name of its own before it. */
function logOfChecks(log: (line: string) => void): (event: CheckEvent) => void {
  const logs = new Map<string, (line: string) => void>();
  return (event) => {
    if (event.type === 'started') {
      log(`${event.check.name}: $ ${event.check.command}`);
      // Each check may say as much as the others.
      logs.set(
        event.check.name,
        cappedLog((line) => log(`${event.check.name} │ ${line}`)),
      );
    }
    if (event.type === 'waiting')
      log(`${event.name}: waiting for another glidepath in this checkout (pid ${event.pid})`);
    if (event.type === 'line') logs.get(event.name)?.(event.line);
    if (event.type === 'retrying')
      log(`${event.name}: ${event.failure}, attempt ${event.attempt} of ${event.attempts}`);
    if (event.type !== 'ended') return;
    const { name, status, reason, warnings } = event.result;
    log(`${name}: ${status === 'not-run' ? '' : `${status}, `}${reason}`);
    for (const warning of warnings) log(`${name}: ${warning}`);
  };
}
