import type { StoredError } from './events.ts';
import type { StepRow } from './journal-store.ts';

/** Why a run goes no further. */
export type RunHalt =
  | { readonly kind: 'failed'; readonly step: string; readonly error: StoredError }
  | { readonly kind: 'cancelled' };

/** The first failure, else the cancel that was asked for, else null. Pure; a step that was stopped is not a failure. */
export function runHalt(steps: ReadonlyMap<string, StepRow>, isCancelRequested: boolean): RunHalt | null {
  let first: RunHalt | null = null;
  let firstOrder = Number.MAX_SAFE_INTEGER;
  for (const row of steps.values()) {
    if (row.status !== 'failed' || row.error === null || (row.settledOrder ?? 0) >= firstOrder) continue;
    first = { kind: 'failed', step: row.stepId, error: row.error };
    firstOrder = row.settledOrder ?? 0;
  }
  return first ?? (isCancelRequested ? { kind: 'cancelled' } : null);
}

/** Why the steps that still run are told to stop, for their error and the run's events. */
export function haltReason(halt: RunHalt): string {
  return halt.kind === 'cancelled' ? 'the run was cancelled' : `step "${halt.step}" failed`;
}
