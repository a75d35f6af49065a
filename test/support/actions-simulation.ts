import { advanceRun, readyInstances } from '../../src/cloud/github/actions/plan/advance-run.ts';
import {
  cancelCall,
  cancelRun,
  beginInstance,
  endInstance,
  findInstance,
} from '../../src/cloud/github/actions/plan/settle.ts';
import type {
  ConcurrencyEffect,
  ConcurrencyState,
} from '../../src/cloud/github/actions/model/concurrency.ts';
import type {
  EnvironmentReview,
  EnvironmentRules,
} from '../../src/cloud/github/actions/model/environment.ts';
import type {
  JobInstance,
  JobResult,
  RunConclusion,
  RunState,
} from '../../src/cloud/github/actions/model/run-state.ts';
import { releaseGroup, requestGroup } from '../../src/cloud/github/actions/rules/concurrency.ts';
import { environmentVerdict } from '../../src/cloud/github/actions/rules/environment.ts';

/** A number from 0 up to and without `below`. */
export type Draw = (below: number) => number;

/** One run in the simulation. */
export interface SimulatedRun {
  state: RunState;
  conclusion: RunConclusion | undefined;
  hasBegun: boolean;
}

interface Work {
  readonly run: number;
  readonly instance: JobInstance;
  door: 'group' | 'call-group' | 'environment' | 'runner' | 'running';
  sinceMs: number;
  endsAtMs: number;
  isCancelled: boolean;
  reviews: EnvironmentReview[];
}

/** What the simulated world is made of. */
export interface WorldOptions {
  readonly draw: Draw;
  readonly runners: number;
  readonly rules: EnvironmentRules;
  /** How a job ends that is not cancelled. */
  readonly outcome: (instance: JobInstance) => JobResult;
}

/**
 * A repository with runs in virtual time: groups, an environment, runners. It does what a scheduler does, by the
 * functions of the core alone, and checks at every step what must always hold.
 */
export class SimulatedWorld {
  readonly runs: SimulatedRun[] = [];
  readonly trace: string[] = [];
  readonly #options: WorldOptions;
  readonly #work = new Map<string, Work>();
  #groups: ConcurrencyState = {};
  #nowMs = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  /** A run that was started: it asks for its group, or begins. */
  add(state: RunState): number {
    const id = this.runs.push({ state, conclusion: undefined, hasBegun: false }) - 1;
    if (state.concurrency === undefined) this.#beginRun(id);
    else this.#apply(requestGroup(this.#groups, { key: `run ${id}`, within: [] }, state.concurrency));
    return id;
  }

  /** Somebody cancels a run. */
  cancel(id: number): void {
    const run = this.runs[id];
    if (run === undefined || run.conclusion !== undefined) return;
    run.state = cancelRun(run.state);
    if (run.hasBegun) this.#advance(id);
    else this.#finish(id, 'cancelled');
  }

  /** Somebody cancels a run by force: also what would have run in spite of it. */
  force(id: number): void {
    this.cancel(id);
    for (const work of this.#work.values()) {
      const isThere = this.#work.get(keyOf(work.run, work.instance)) === work;
      if (work.run === id && work.door !== 'running' && isThere) this.#end(work, 'cancelled');
    }
  }

  /** Somebody reviews a job that waits, if one does. */
  review(by: string, state: EnvironmentReview['state']): void {
    const waiting = [...this.#work.values()].filter(({ door }) => door === 'environment');
    const work = waiting[this.#options.draw(Math.max(1, waiting.length))];
    work?.reviews.push({ by, state, comment: '' });
    this.look();
  }

  /** The daemon was killed and starts again: all it knows is what it had written down. */
  restart(): void {
    for (const run of this.runs) run.state = JSON.parse(JSON.stringify(run.state)) as RunState;
    this.#groups = JSON.parse(JSON.stringify(this.#groups)) as ConcurrencyState;
    for (const [id, run] of this.runs.entries()) {
      const known = readyInstances(run.state).map((instance) => keyOf(id, instance));
      const waiting = [...this.#work].filter(([, one]) => one.run === id && one.door !== 'running');
      const lost = waiting.filter(([key, { instance }]) => instance.kind === 'steps' && !known.includes(key));
      this.#must(
        lost.length === 0,
        `what waits is not known any more: ${lost.map(([key]) => key).join(', ')}`,
      );
    }
  }

  /** Time goes by, to the next thing that happens at the latest. */
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const work of this.#work.values()) {
      if (
        work.door !== 'running' ||
        work.endsAtMs > this.#nowMs ||
        !this.#work.has(keyOf(work.run, work.instance))
      )
        continue;
      const result = work.isCancelled ? 'cancelled' : this.#options.outcome(work.instance);
      this.#end(work, result);
    }
    this.look();
  }

  /** Opens the doors that can be opened, and checks what must hold. */
  look(): void {
    for (const work of this.#work.values()) if (work.door === 'environment') this.#visit(work);
    const running = this.#running().length;
    const queued = [...this.#work.values()].filter(({ door }) => door === 'runner');
    for (const work of queued.slice(0, Math.max(0, this.#options.runners - running))) this.#run(work);
    this.#check();
  }

  /**
   * Whether all that is left waits for groups that are held by others that wait: a job that holds one while it wants
   * another can do that, on GitHub too, which sees only those that wait for what is around them.
   */
  get isCircle(): boolean {
    const waiting = [...this.#work.values()].filter(({ door }) => door !== 'running');
    const holders = Object.values(this.#groups).map(({ running }) => running?.key ?? '');
    return (
      this.#running().length === 0 &&
      waiting.length > 0 &&
      waiting.every(({ door }) => door === 'group' || door === 'call-group') &&
      new Set(holders).size > 1
    );
  }

  /** How many have not ended. */
  get open(): number {
    return this.runs.filter(({ conclusion }) => conclusion === undefined).length;
  }

  /** What is left when all runs have ended. */
  get left(): { work: readonly string[]; groups: ConcurrencyState } {
    return { work: [...this.#work.keys()], groups: this.#groups };
  }

  #beginRun(id: number): void {
    const run = this.#runOf(id);
    run.hasBegun = true;
    this.#advance(id);
  }

  #advance(id: number): void {
    const run = this.#runOf(id);
    if (run.conclusion !== undefined) return;
    const step = advanceRun(run.state);
    run.state = step.state;
    const both = step.ready.filter((instance) => step.cancel.includes(instance.id));
    this.#must(both.length === 0, 'something is ready and to be cancelled at once');
    for (const instance of step.ready) this.#enter(id, instance);
    for (const one of step.cancel) this.#cancelInstance(id, one);
    if (step.conclusion !== undefined) this.#finish(id, step.conclusion);
  }

  #finish(id: number, conclusion: RunConclusion): void {
    const run = this.#runOf(id);
    if (run.conclusion !== undefined) return;
    run.conclusion = conclusion;
    this.trace.push(`run ${id} ${conclusion}`);
    this.#apply(releaseGroup(this.#groups, `run ${id}`));
  }

  #enter(run: number, instance: JobInstance): void {
    const work: Work = {
      run,
      instance,
      door: 'group',
      sinceMs: this.#nowMs,
      endsAtMs: 0,
      isCancelled: false,
      reviews: [],
    };
    this.#must(!this.#work.has(keyOf(run, instance)), `${keyOf(run, instance)} is ready twice`);
    this.#work.set(keyOf(run, instance), work);
    if (instance.concurrency === undefined) this.#pass(work);
    else
      this.#apply(
        requestGroup(
          this.#groups,
          { key: keyOf(run, instance), within: this.#within(work) },
          instance.concurrency,
        ),
      );
  }

  #within({ run, instance }: Work): readonly string[] {
    const frames = instance.frame === '' ? [] : [instance.frame];
    const around = frames.flatMap((frame) => [`run ${run} job ${frame}`, `run ${run} call ${frame}`]);
    return [`run ${run}`, ...around];
  }

  #pass(work: Work): void {
    if (work.instance.kind === 'steps') {
      work.door = work.instance.environment === undefined ? 'runner' : 'environment';
      work.sinceMs = this.#nowMs;
      return;
    }
    const { callConcurrency } = work.instance;
    if (work.door === 'call-group' || callConcurrency === undefined) return this.#begin(work);
    work.door = 'call-group';
    const key = `run ${work.run} call ${work.instance.id}`;
    this.#apply(
      requestGroup(
        this.#groups,
        { key, within: [...this.#within(work), keyOf(work.run, work.instance)] },
        callConcurrency,
      ),
    );
  }

  #visit(work: Work): void {
    const run = this.#runOf(work.run);
    const { ref } = run.state.context.place;
    const visit = {
      environment: 'production',
      ref,
      refIsProtected: false,
      startedBy: 'ada',
      sinceMs: work.sinceMs,
      reviews: work.reviews,
    };
    const verdict = environmentVerdict(this.#options.rules, visit, this.#nowMs);
    if (verdict.kind === 'enter') work.door = 'runner';
    if (verdict.kind === 'refuse') this.#end(work, 'failure');
  }

  #run(work: Work): void {
    if (!this.#work.has(keyOf(work.run, work.instance))) return;
    this.#begin(work);
    work.endsAtMs = this.#nowMs + 1 + this.#options.draw(20);
  }

  #begin(work: Work): void {
    const run = this.#runOf(work.run);
    work.door = 'running';
    work.endsAtMs = Number.POSITIVE_INFINITY;
    run.state = beginInstance(run.state, work.instance.id);
    this.trace.push(`begin ${keyOf(work.run, work.instance)}`);
    if (work.instance.kind === 'call') this.#advance(work.run);
  }

  #end(work: Work, result: JobResult): void {
    const run = this.#runOf(work.run);
    run.state = endInstance(run.state, work.instance.id, { result, outputs: {}, why: 'simulated' });
    this.#forget(work);
    this.#advance(work.run);
  }

  #forget(work: Work): void {
    const key = keyOf(work.run, work.instance);
    this.#work.delete(key);
    this.#apply(releaseGroup(this.#groups, key));
    this.#apply(releaseGroup(this.#groups, `run ${work.run} call ${work.instance.id}`));
  }

  #cancelInstance(run: number, id: string): void {
    const work = this.#work.get(`run ${run} job ${id}`);
    if (work === undefined) return;
    if (work.door !== 'running') return this.#end(work, 'cancelled');
    work.isCancelled = true;
    if (work.instance.kind === 'steps')
      work.endsAtMs = Math.min(work.endsAtMs, this.#nowMs + 1 + this.#options.draw(5));
  }

  #apply(decision: { state: ConcurrencyState; effects: readonly ConcurrencyEffect[] }): void {
    this.#groups = decision.state;
    for (const { kind, holder } of decision.effects) {
      const [, run = '', part = '', id = ''] = /^run (\d+)(?: (job|call) (.*))?$/.exec(holder.key) ?? [];
      const work = this.#work.get(`run ${run} job ${id}`);
      if (kind === 'start' && part === '') this.#beginRun(Number(run));
      else if (kind === 'start' && work !== undefined) this.#pass(work);
      else if (kind.startsWith('cancel') && part === '') this.cancel(Number(run));
      else if (kind.startsWith('cancel') && work !== undefined) this.#cancelWork(work);
    }
  }

  #cancelWork(work: Work): void {
    if (work.door !== 'running') return this.#end(work, 'cancelled');
    if (work.instance.kind === 'steps') return this.#cancelInstance(work.run, work.instance.id);
    const run = this.#runOf(work.run);
    run.state = cancelCall(run.state, work.instance.id);
    this.#advance(work.run);
  }

  /** Jobs on runners; a call needs none. */
  #running(): readonly Work[] {
    return [...this.#work.values()].filter(
      ({ door, instance }) => door === 'running' && instance.kind === 'steps',
    );
  }

  /** What must hold at every moment. */
  #check(): void {
    for (const work of this.#work.values()) {
      const { at } = findInstance(this.#runOf(work.run).state, work.instance.id) ?? {};
      const isEndedCall = work.instance.kind === 'call' && at?.state === 'ended';
      if (isEndedCall) this.#forget(work);
      else if (work.door === 'running')
        this.#must(at?.state === 'begun', `${work.instance.id} runs and is ${at?.state}`);
      else this.#must(at?.state === 'ready', `${work.instance.id} waits and is ${at?.state}`);
    }
    const running = this.#running();
    this.#must(running.length <= this.#options.runners, 'more run than there are runners');
    for (const { instance } of running) {
      const same = running.filter(
        (one) => one.instance.concurrency?.group.toLowerCase() === instance.concurrency?.group.toLowerCase(),
      );
      this.#must(
        instance.concurrency === undefined || same.length === 1,
        `two run in ${instance.concurrency?.group}`,
      );
    }
    for (const { door, instance, run } of this.#work.values()) {
      if (instance.environment === undefined || door !== 'runner') continue;
      this.#must(this.#runOf(run).hasBegun, 'a job is before its run');
    }
  }

  #runOf(id: number): SimulatedRun {
    const run = this.runs[id];
    if (run === undefined) throw new Error(`there is no run ${id}`);
    return run;
  }

  #must(holds: boolean, what: string): void {
    if (!holds) throw new Error(`${what}\n${this.trace.slice(-20).join('\n')}`);
  }
}

function keyOf(run: number, { id }: JobInstance): string {
  return `run ${run} job ${id}`;
}
