import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkServerPlace } from '../../src/cli/checks/check-server-places.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { EngineOptions } from '../../src/engine/create-engine.ts';
import type { Engine, RunRecord, SubmitOptions } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/engine/events.ts';
import type { Graph, GraphNode, StepContext, StepExecutors } from '../../src/engine/graph.ts';
import type { JournalStore } from '../../src/engine/journal-store.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import type { Clock } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Json } from '../../src/util/json.ts';

/** A step that runs the executor `kind`, by default `act`. */
export function stepNode(
  id: string,
  needs: readonly string[] = [],
  more: Partial<GraphNode> = {},
): GraphNode {
  return {
    id,
    title: `Do ${id}`,
    needs,
    kind: 'step',
    action: { kind: 'act' },
    timeoutMs: 600_000,
    retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
    undoable: true,
    ...more,
  };
}

/** A node that waits for a decision. */
export function approvalNode(id: string, needs: readonly string[] = [], timeoutMs = 0): GraphNode {
  return stepNode(id, needs, { kind: 'approval', action: { kind: 'approval' }, timeoutMs, undoable: false });
}

/** A node that waits for a time. */
export function timerNode(id: string, ms: number, needs: readonly string[] = []): GraphNode {
  return stepNode(id, needs, { kind: 'timer', action: { kind: 'timer', ms }, undoable: false });
}

/** `a → b → c …`, each on the one before. */
export function chain(...ids: readonly string[]): Graph {
  return { nodes: ids.map((id, index) => stepNode(id, index === 0 ? [] : [ids[index - 1] ?? ''])) };
}

/** A journal is synced at every step, and no machine loses its power here: in memory that keeps nobody waiting. */
const PLACE = await checkServerPlace(process.env);

/** A directory of its own, removed on dispose. */
export function tempDir(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(PLACE, 'glidepath-engine-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a rig is built with. */
export interface RigOptions extends Partial<Omit<EngineOptions, 'executors' | 'clock'>> {
  /** The executor `act`: by default returns its step's id. */
  readonly act?: (context: StepContext) => Promise<Json>;
  readonly undo?: (context: StepContext) => Promise<void>;
  readonly executors?: StepExecutors;
  readonly file?: string;
  /** Given: the store runs on it too. */
  readonly clock?: Clock;
}

/** An engine over a store in memory (or `file`), with a record of what its executors did. */
export interface Rig extends AsyncDisposable {
  readonly engine: Engine;
  readonly store: JournalStore;
  /** `do a`, `undo a`, in the order in which they began. */
  readonly did: string[];
  submit(id: string, graph: Graph, more?: Partial<SubmitOptions>): Promise<RunRecord>;
  work(id: string, untilWaiting?: boolean, signal?: AbortSignal): Promise<RunRecord>;
  /** Submits and works. */
  run(id: string, graph: Graph, more?: Partial<SubmitOptions>): Promise<RunRecord>;
  /** The types of the run's events, each with its step: `step.started a`. */
  story(id: string): Promise<string[]>;
}

/** Opens a rig; dispose it with `await using`. */
export function openRig(options: RigOptions = {}): Rig {
  const did: string[] = [];
  const clock = options.clock ?? systemClock;
  const store =
    options.store ??
    openSqliteStore(
      options.file ?? ':memory:',
      options.clock === undefined ? {} : { now: () => clock.now() },
    );
  const act = {
    execute: async (context: StepContext): Promise<Json> => {
      did.push(`do ${context.stepId}`);
      return options.act === undefined ? context.stepId : options.act(context);
    },
    undo: async (context: StepContext): Promise<void> => {
      did.push(`undo ${context.stepId}`);
      await options.undo?.(context);
    },
  };
  const engine = createEngine({
    workerId: 'rig',
    random: () => 0.5,
    pollMs: 5,
    ...options,
    store,
    clock,
    executors: { act, ...options.executors },
  });
  const rig: Rig = {
    engine,
    store,
    did,
    submit: (id, graph, more = {}) =>
      engine.submit({
        id,
        lockKey: 'key',
        kind: 'deploy',
        title: id,
        graph,
        input: null,
        supersede: false,
        by: 'ann',
        ...more,
      }),
    work: (id, untilWaiting = true, signal = new AbortController().signal) =>
      engine.work(id, { signal, untilWaiting }),
    async run(id, graph, more) {
      await rig.submit(id, graph, more);
      return rig.work(id);
    },
    story: async (id) => (await engine.events(id)).map(lineOf),
    [Symbol.asyncDispose]: () => engine.close(),
  };
  return rig;
}

/** The store with another `transact`, as a test's way to stand between the engine and its journal. */
export function withTransact(inner: JournalStore, transact: JournalStore['transact']): JournalStore {
  return {
    insert: (...args) => inner.insert(...args),
    transact,
    peek: (...args) => inner.peek(...args),
    run: (...args) => inner.run(...args),
    runs: (...args) => inner.runs(...args),
    steps: (...args) => inner.steps(...args),
    onceRows: (...args) => inner.onceRows(...args),
    decisions: (...args) => inner.decisions(...args),
    events: (...args) => inner.events(...args),
    close: () => inner.close(),
  };
}

/** `step.started a`. */
function lineOf(event: RunEvent): string {
  return 'step' in event ? `${event.type} ${event.step}` : event.type;
}

/** Resolves once the condition holds; fails loudly after a minute. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A promise that the test settles, for steps that wait to be let go on. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Rejects with the signal's reason once it aborts: a step that listens. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
