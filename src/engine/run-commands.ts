import { ToolError } from '../diagnostics/tool-error.ts';
import type { RunRecord, SubmitOptions } from './engine.ts';
import { checkGraph } from './check-graph.ts';
import { canonicalJson, graphHash } from './graph-hash.ts';
import type { Decide, DecisionRow, JournalStore, JournalWrite } from './journal-store.ts';
import { isFinished } from './run-status.ts';
import { unknownRun } from './work-run.ts';

/** Tries of a decision while others come in at the same time: one more than people who decide in the same moment. */
const DECIDE_ATTEMPTS = 10;

/** Stores a run at the end of its key's queue; see `Engine.submit`. Throws RUN_GRAPH_CHANGED. */
export async function submitRun(
  store: JournalStore,
  options: SubmitOptions,
  leaseMs: number,
): Promise<RunRecord> {
  checkGraph(options.graph);
  const graph = canonicalJson(options.graph);
  const hash = graphHash(graph);
  const finished = { type: 'run.finished', status: 'superseded', error: null } as const;
  const record = await store.insert({ ...options, graph, graphHash: hash }, (ahead, now) => ({
    // Whoever submits a run is about to work on it: for one lease nobody else begins it.
    attendedUntil: now + leaseMs,
    events: [{ type: 'run.queued', behind: ahead.behind }],
    superseded: [
      { table: 'run', set: { status: 'superseded', finishedAt: now } },
      { table: 'event', body: { type: 'run.superseded', by: options.id } },
      { table: 'event', body: finished },
    ],
  }));
  if (record.graphHash === hash) return record;
  throw new ToolError('RUN_GRAPH_CHANGED', `Run "${options.id}" was submitted before with another graph.`, {
    hint: `glidepath run show ${options.id}`,
  });
}

/** Records a decision about an approval; the first one counts. Throws RUN_UNKNOWN and RUN_NOT_WAITING. */
export async function decideApproval(store: JournalStore, id: string, row: DecisionRow): Promise<void> {
  const record = await store.run(id);
  if (record === null) throw unknownRun(id);
  const node = record.graph.nodes.find((node) => node.id === row.stepId);
  const hint = `glidepath run show ${id}`;
  if (node?.kind !== 'approval') {
    throw new ToolError('RUN_NOT_WAITING', `Run "${id}" has no approval "${row.stepId}".`, { hint });
  }
  for (let attempt = 1; attempt <= DECIDE_ATTEMPTS; attempt += 1) {
    const before = await store.peek({ id });
    const made = (await store.decisions(id)).find((decision) => decision.stepId === row.stepId);
    if (made?.decision === row.decision) return;
    if (made !== undefined) {
      throw new ToolError('RUN_NOT_WAITING', `"${row.stepId}" was already ${made.decision} by ${made.by}.`, {
        hint,
      });
    }
    let isStale = false;
    await change(store, id, (state, now) => {
      if (isFinished(state.status)) {
        throw new ToolError('RUN_NOT_WAITING', `Run "${id}" has already ended: ${state.status}.`, { hint });
      }
      isStale = state.signals !== before?.state.signals;
      return isStale
        ? []
        : decisionWrites(row, state.signals, state.status === 'waiting' ? now : state.wakeAt);
    });
    if (!isStale) return;
  }
  throw new ToolError('STORE_BUSY', `Too many decisions about run "${id}" came in at once.`, {
    hint,
    retry: 'safe',
  });
}

function decisionWrites(row: DecisionRow, signals: number, wakeAt: number | null): JournalWrite[] {
  const type = row.decision === 'approved' ? 'step.approved' : 'step.rejected';
  return [
    { table: 'decision', row },
    { table: 'run', set: { signals: signals + 1, wakeAt } },
    { table: 'event', body: { type, step: row.stepId, by: row.by } },
  ];
}

/**
 * Asks a run to stop. One that never started ends here; one that nobody holds is made claimable, so that a worker puts
 * it back. Asking again, or when it has ended, changes nothing. Throws RUN_UNKNOWN.
 */
export async function cancelRun(store: JournalStore, id: string, by: string): Promise<void> {
  await change(store, id, (state, now) => {
    if (isFinished(state.status) || state.cancelRequested) return [];
    const asked: JournalWrite = { table: 'event', body: { type: 'run.cancel-requested', by } };
    if (state.startedAt === null) {
      const set = { status: 'cancelled', cancelRequested: true, finishedAt: now } as const;
      const body = { type: 'run.finished', status: 'cancelled', error: null } as const;
      return [{ table: 'run', set }, asked, { table: 'event', body }];
    }
    if (state.status === 'interrupted') {
      return [{ table: 'run', set: { cancelRequested: true, status: 'running', leaseUntil: now } }, asked];
    }
    const wakeAt = state.status === 'waiting' ? now : state.wakeAt;
    return [{ table: 'run', set: { cancelRequested: true, wakeAt } }, asked];
  });
}

/**
 * Puts an interrupted run back: to be claimed at once when it had started, else into the queue at its old place. A run
 * that is still on its way is left alone. Throws RUN_UNKNOWN and RUN_NOT_RESUMABLE.
 */
export async function resumeRun(store: JournalStore, id: string, leaseMs: number): Promise<void> {
  await change(store, id, (state, now) => {
    if (isFinished(state.status)) {
      throw new ToolError('RUN_NOT_RESUMABLE', `Run "${id}" has already ended: ${state.status}.`, {
        hint: 'Start a new run. To see what is live: glidepath history',
      });
    }
    if (state.status !== 'interrupted') return [];
    const attendedUntil = now + leaseMs;
    if (state.startedAt === null) return [{ table: 'run', set: { status: 'queued', attendedUntil } }];
    return [{ table: 'run', set: { status: 'running', leaseUntil: now, attendedUntil } }];
  });
}

async function change(store: JournalStore, id: string, decide: Decide): Promise<void> {
  if ((await store.transact({ id }, decide)) === null) throw unknownRun(id);
}
