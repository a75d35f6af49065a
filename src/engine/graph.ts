import type { Json } from '../util/json.ts';

/**
 * A graph as the engine runs it: plain data, stored whole with the run, so that any process can go on with it.
 * The engine knows nothing of deployments: an executor is looked up by `action.kind`.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
}

/** One node. `step` runs an executor, `approval` waits for a signal, `timer` for a time. */
export interface GraphNode {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly string[];
  readonly kind: 'step' | 'approval' | 'timer';
  /** `step`: handed to its executor. `timer`: `{ kind: 'timer', ms }`. `approval`: free. */
  readonly action: { readonly kind: string } & { readonly [key: string]: Json };
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Whether the executor's `undo` is called when a later step fails. */
  readonly undoable: boolean;
}

/** Tries in all (1: no retry), and the delays between them: `base × 2^n`, at most `max`, with full jitter. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What an executor is given. */
export interface StepContext {
  readonly runId: string;
  readonly stepId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** `run/step`: the same on every try; sent to platforms so that nothing is made twice. */
  readonly idempotencyKey: string;
  readonly action: GraphNode['action'];
  /** What the run was submitted with. */
  readonly input: Json;
  /** Results of completed steps by id. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Aborts on cancel, time-out, or when the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * Does `fn` once: its result is journaled under `key` (unique in the step) and returned without calling `fn` again on
   * a later try, after a crash, and in `undo`. Fails with RUN_LEASE_LOST when another process took the run over.
   */
  once<T extends Json>(this: void, key: string, fn: () => Promise<T>): Promise<T>;
  /** What `once` recorded under `key`, or undefined. */
  recorded(this: void, key: string): Json | undefined;
  /** One line for people: becomes a `step.output` event. Never a secret (and redacted all the same). */
  log(this: void, line: string): void;
}

/** What carries out the steps of one kind. Looks before it acts: a step in flight at a crash runs again. */
export interface StepExecutor {
  execute(context: StepContext): Promise<Json>;
  /** Puts back what `execute` changed, as far as it got. Must bear being called again. */
  undo?(context: StepContext): Promise<void>;
  /**
   * Ends what `execute` left running elsewhere when its process died in it and the step is not gone on with: the run
   * failed or was cancelled. Called before anything is undone. Must bear being called again.
   */
  abandon?(context: StepContext): Promise<void>;
}

/** Executors by `action.kind`. */
export type StepExecutors = Readonly<Record<string, StepExecutor>>;
