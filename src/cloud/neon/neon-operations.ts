import { randomUUID } from 'node:crypto';
import { assert } from '../../util/assert.ts';
import type { Clock } from '../../util/clock.ts';
import { locked } from './neon-error.ts';
import type { NeonState } from './neon-state.ts';
import type { NeonAction, NeonOperation, NeonTask } from './records.ts';

/** An operation that is wanted. */
export interface NeonStep {
  readonly action: NeonAction;
  readonly branchId: string | null;
  readonly endpointId?: string | null;
  readonly task: NeonTask;
}

/** Carries tasks out. */
export interface NeonTaskRunner {
  /** May be repeated after a crash. */
  run(task: NeonTask): Promise<void>;
  /** Takes away what a task that failed, or was never begun, had been asked for. */
  abandon(task: NeonTask): Promise<void>;
}

/*
 *   scheduling ──► running ──► finished
 *        │            └──────► failed
 *        └──► cancelled (one before it in the chain failed)
 *
 * A chain of operations belongs to one request. While one of a project is under way, nothing else that needs operations
 * is accepted (423). What a killed process had under way is done again by the next.
 */

/** The smallest step of a time as the API writes it. */
const MICROSECOND_MS = 0.001;

/** The operations of all projects. */
export class NeonOperations {
  readonly #state: NeonState;
  readonly #clock: Clock;
  readonly #runner: NeonTaskRunner;
  readonly #chains = new Map<string, { readonly projectId: string; readonly done: Promise<void> }>();
  #newest = 0;
  #held: { readonly released: Promise<void>; readonly release: () => void } | null = null;

  constructor(state: NeonState, clock: Clock, runner: NeonTaskRunner) {
    this.#state = state;
    this.#clock = clock;
    this.#runner = runner;
  }

  /** Goes on with what an earlier process had under way. */
  resume(): void {
    const chains = new Map<string, NeonOperation[]>();
    for (const operation of this.#state.all('operations').filter(isUnderWay))
      chains.set(operation.chain, [...(chains.get(operation.chain) ?? []), operation]);
    for (const chain of chains.values()) this.#begin(chain);
  }

  /** Throws the API's 423 while an operation of the project is under way. */
  requireIdle(projectId: string): void {
    if (this.isBusy(projectId)) throw locked();
  }

  isBusy(projectId: string): boolean {
    return this.#state.all('operations').some((one) => one.projectId === projectId && isUnderWay(one));
  }

  /** Writes the operations down and begins; the answer shows them as they are now. */
  schedule(projectId: string, steps: readonly NeonStep[]): readonly NeonOperation[] {
    const chain = randomUUID();
    const operations = steps.map(({ action, branchId, endpointId = null, task }, index): NeonOperation => {
      const now = this.#nextTime();
      return {
        id: randomUUID(),
        projectId,
        branchId,
        endpointId,
        action,
        status: index === 0 ? 'running' : 'scheduling',
        error: null,
        createdAt: now,
        updatedAt: now,
        task,
        chain,
      };
    });
    this.#state.together(() => {
      for (const operation of operations) this.#state.save('operations', operation);
    });
    if (operations.length > 0) this.#begin(operations);
    return operations;
  }

  /** Does `work` as an operation and waits for it: for what the answer itself depends on. */
  async perform<T>(
    projectId: string,
    step: Omit<NeonStep, 'task'>,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly operation: NeonOperation }> {
    const now = this.#nextTime();
    const { action, branchId, endpointId = null } = step;
    const [id, chain] = [randomUUID(), randomUUID()];
    const task = { kind: 'nothing' } as const;
    const times = { createdAt: now, updatedAt: now };
    const started = { id, projectId, branchId, endpointId, action, error: null, task, chain, ...times };
    this.#state.save('operations', { ...started, status: 'running' });
    try {
      const result = await work();
      if (this.#held === null) this.#set(id, { status: 'finished' });
      else this.#begin([{ ...started, status: 'running' }]);
      const operation = this.#state.find('operations', id);
      assert(operation !== null, 'an operation under way is kept');
      return { result, operation };
    } catch (error) {
      this.#set(id, { status: 'failed', error: messageOf(error) });
      throw error;
    }
  }

  /** While held, operations are accepted and do not get on. */
  hold(isHeld: boolean): void {
    if (!isHeld) {
      this.#held?.release();
      this.#held = null;
    } else if (this.#held === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#held = { released: promise, release: resolve };
    }
  }

  /** Resolves when nothing of a project, or of any, is under way. */
  async settled(projectId?: string): Promise<void> {
    for (;;) {
      const chains = [...this.#chains.values()];
      const wanted = chains.filter((one) => projectId === undefined || one.projectId === projectId);
      if (wanted.length === 0) return;
      await Promise.all(wanted.map(({ done }) => done));
    }
  }

  #begin(chain: readonly NeonOperation[]): void {
    const [first] = chain;
    assert(first !== undefined, 'a chain has an operation');
    const done = this.#runChain(chain).finally(() => this.#chains.delete(first.chain));
    this.#chains.set(first.chain, { projectId: first.projectId, done });
  }

  async #runChain(chain: readonly NeonOperation[]): Promise<void> {
    for (const [index, { id, task }] of chain.entries()) {
      this.#set(id, { status: 'running' });
      await this.#held?.released;
      try {
        await this.#runner.run(task);
      } catch (error) {
        // What was asked for is taken away before anybody is told, so that nobody finds half of it.
        for (const one of chain.slice(index).toReversed())
          await this.#runner.abandon(one.task).catch(() => undefined);
        for (const one of chain.slice(index + 1)) this.#set(one.id, { status: 'cancelled' });
        this.#set(id, { status: 'failed', error: messageOf(error) });
        return;
      }
      this.#set(id, { status: 'finished' });
    }
  }

  /** No two have one time: lists go on behind a time. */
  #nextTime(): number {
    const last = this.#newest || (this.#state.all('operations').at(-1)?.createdAt ?? 0);
    this.#newest = Math.max(this.#clock.now(), last + MICROSECOND_MS);
    return this.#newest;
  }

  #set(id: string, change: Partial<NeonOperation>): void {
    this.#state.change('operations', id, {
      ...change,
      updatedAt: Math.max(this.#clock.now(), this.#state.find('operations', id)?.createdAt ?? 0),
    });
  }
}

function isUnderWay({ status }: NeonOperation): boolean {
  return status === 'running' || status === 'scheduling';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
