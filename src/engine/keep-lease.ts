import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';
import type { Hints } from './hints.ts';
import { controlTopic } from './hints.ts';
import type { RunJournal } from './run-journal.ts';

/** Beats in one lease: four may be missed (a busy machine, a locked store) before anybody takes the run over. */
const BEATS_PER_LEASE = 5;

/** What {@link keepLease} needs. */
export interface KeepLeaseOptions {
  readonly journal: RunJournal;
  readonly clock: Clock;
  readonly hints: Hints;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Called when a cancel or a decision may have come in, or the run was lost. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
}

/**
 * Extends the lease until the signal aborts, and looks in between what was asked of the run. Gives the run up when
 * another process has it, or when the store could not be reached for a whole lease: then another may well have it.
 */
export async function keepLease(options: KeepLeaseOptions): Promise<void> {
  const { journal, clock, hints, leaseMs, pollMs, signal } = options;
  let lastBeat = clock.now();
  while (!signal.aborted && !journal.lost.aborted) {
    await hints.wait([controlTopic(journal.runId)], pollMs, signal);
    if (signal.aborted) return;
    const before = `${journal.signals} ${journal.isCancelRequested}`;
    try {
      if (clock.now() - lastBeat >= leaseMs / BEATS_PER_LEASE) {
        await journal.write((_state, now) => [{ table: 'run', set: { leaseUntil: now + leaseMs } }]);
        lastBeat = clock.now();
      } else {
        await journal.refresh();
      }
    } catch (error) {
      const isLost = error instanceof ToolError && error.code === 'RUN_LEASE_LOST';
      if (isLost || clock.now() - lastBeat >= leaseMs) journal.lose(error);
    }
    if (journal.lost.aborted || before !== `${journal.signals} ${journal.isCancelRequested}`)
      options.onChange();
  }
}
