import { ToolError } from '../diagnostics/tool-error.ts';
import { assert } from '../util/assert.ts';
import type { Clock } from '../util/clock.ts';
import type { RunRecord } from './engine.ts';
import type { RunEnd } from './end-run.ts';
import { finishRun } from './end-run.ts';
import { canonicalJson, graphHash } from './graph-hash.ts';
import type { StepExecutors } from './graph.ts';
import { GraphRun } from './graph-run.ts';
import type { Hints } from './hints.ts';
import { controlTopic, eventsTopic, lockTopic } from './hints.ts';
import type { JournalStore, Snapshot } from './journal-store.ts';
import { keepLease } from './keep-lease.ts';
import { RunJournal } from './run-journal.ts';
import { RunLedger } from './run-ledger.ts';

/** What one process brings to every run that it carries out. */
export interface CarryOutDeps {
  readonly store: JournalStore;
  readonly executors: StepExecutors;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: (line: string) => string;
  readonly hints: Hints;
  readonly leaseMs: number;
  readonly pollMs: number;
}

/**
 * Carries a claimed run on from where the journal says it stands. `lost`: another process has it now, and nothing of
 * it runs here any more. Throws when the journal cannot be written; the lease then ends by itself.
 */
export async function carryOut(
  deps: CarryOutDeps,
  claim: Snapshot,
  interrupt: AbortSignal,
): Promise<RunEnd | 'lost'> {
  const { store, hints } = deps;
  const { id, lockKey } = claim.state;
  const [record, rows, once] = await Promise.all([store.run(id), store.steps(id), store.onceRows(id)]);
  assert(record !== null, 'a run that was claimed is stored');
  const journal = new RunJournal({ ...deps, claim, once });
  const ledger = new RunLedger({ graph: record.graph, input: record.input, journal, rows });
  const { undoStatus, error: cause } = claim.state;
  const undoGoal = undoStatus === null ? null : { status: undoStatus, cause };
  const run = new GraphRun({ ...deps, ledger, interrupt, undoGoal });
  const leaseEnd = new AbortController();
  const lease = keepLease({ ...deps, journal, onChange: run.wake, signal: leaseEnd.signal });
  try {
    if (isChanged(record)) return await refuseChanged(ledger);
    return await run.toEnd();
  } catch (error) {
    await run.abandon(error);
    if (error instanceof ToolError && error.code === 'RUN_LEASE_LOST') return 'lost';
    throw error;
  } finally {
    leaseEnd.abort();
    await lease;
    hints.notify(eventsTopic(id), controlTopic(id), lockTopic(lockKey));
  }
}

function isChanged(record: RunRecord): boolean {
  return graphHash(canonicalJson(record.graph)) !== record.graphHash;
}

/** A graph that is not the one submitted cannot be gone on with, nor undone: what was done is not known any more. */
async function refuseChanged(ledger: RunLedger): Promise<RunEnd> {
  const message = `The stored graph of run "${ledger.journal.runId}" is not the one that it was submitted with.`;
  const hint = 'Nothing was undone. Compare what runs with what should, then start a new run.';
  await finishRun(ledger, 'failed', { code: 'RUN_GRAPH_CHANGED', message, hint, output: [] });
  return 'finished';
}
