import type { JobResult } from '../model/run-state.ts';

/** How a step ended: what it did, and what counts. The context `steps` shows both. */
export interface StepEnd {
  readonly outcome: JobResult;
  readonly conclusion: JobResult;
}

/** A step that may fail counts as a success; `outcome` still tells. docs: contexts#steps-context. */
export function stepEnd(outcome: JobResult, continueOnError: boolean): StepEnd {
  return { outcome, conclusion: outcome === 'failure' && continueOnError ? 'success' : outcome };
}

/** How a job ended: by the worst of its steps. A cancelled one stays cancelled, whatever its last steps did. */
export function jobResult(steps: readonly StepEnd[], isCancelled: boolean): JobResult {
  if (isCancelled) return 'cancelled';
  return steps.some(({ conclusion }) => conclusion === 'failure') ? 'failure' : 'success';
}
