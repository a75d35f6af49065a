import type { ResolvedCheck } from '../config/resolved.ts';
import { failureWords, runCheck, type CheckDeps, type CheckResult } from './run-check.ts';
import type { CheckPlan, SelectedCheck } from './select-checks.ts';

/** What running checks says while it goes on; every view is a reader of these. */
export type CheckEvent =
  | { readonly type: 'started'; readonly selected: SelectedCheck }
  | { readonly type: 'line'; readonly name: string; readonly line: string }
  | { readonly type: 'ended'; readonly check: ResolvedCheck; readonly result: CheckResult }
  /** Because a check before it failed. */
  | { readonly type: 'not-run'; readonly name: string; readonly reason: string };

/** How the checks ended. */
export interface ChecksOutcome {
  readonly results: readonly CheckResult[];
  /** The first one that failed. */
  readonly failure: { readonly check: ResolvedCheck; readonly result: CheckResult } | null;
}

/** Where the checks run, and who listens. */
export interface ChecksRun {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: CheckEvent) => void;
}

/** Runs checks one after the other, up to the first that fails. */
export async function runChecks(deps: CheckDeps, plan: CheckPlan, run: ChecksRun): Promise<ChecksOutcome> {
  const { directory, signal, onEvent } = run;
  const results: CheckResult[] = [];
  let failure: ChecksOutcome['failure'] = null;
  for (const selected of plan.selected) {
    const { check } = selected;
    if (failure !== null) {
      onEvent({ type: 'not-run', name: check.name, reason: `${failure.check.name} failed` });
      continue;
    }
    onEvent({ type: 'started', selected });
    const onLine = (line: string): void => onEvent({ type: 'line', name: check.name, line });
    const result = await runCheck(deps, check, { directory, signal, onLine });
    results.push(result);
    if (!result.hasPassed) failure = { check, result };
    onEvent({ type: 'ended', check, result });
  }
  return { results, failure };
}

/** One sentence about a check that failed. */
export function failureSentence({ check, result }: NonNullable<ChecksOutcome['failure']>): string {
  return `The check ${check.name} ${failureWords(check, result)}.`;
}
