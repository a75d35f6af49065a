import { unreachable } from '../../../../util/assert.ts';
import type { ConcurrencyEffect } from '../model/concurrency.ts';
import type { RunConclusion } from '../model/run-state.ts';
import { advanceRun } from '../plan/advance-run.ts';
import { beginInstance, cancelCall, cancelRun, endInstance, findInstance } from '../plan/settle.ts';
import type { JobReport } from '../runner/job-order.ts';
import type { ActionsContext } from './actions-context.ts';
import { Groups, holderKey, readHolderKey } from './groups.ts';
import type { HolderKind } from './groups.ts';
import { jobsOfAttempt, newTrackingId, recordEndedJob, recordJob } from './job-records.ts';
import { JobDoors } from './job-doors.ts';
import { mirrorDeployment } from './mirror-deployment.ts';
import { RunBook } from './run-book.ts';
import { RunnerPool } from './runner-pool.ts';
import type { BegunJob } from './launch-job.ts';
import { tellOfRun } from './tell-of-run.ts';

/**
 * Drives runs. A run waits for its group, then its jobs are decided by the core; a job goes through its doors — group,
 * environment, runner — and runs. Whatever changes is written first, and told of afterwards.
 */
export class Engine {
  readonly #context: ActionsContext;
  readonly #book: RunBook;
  readonly #groups: Groups;
  readonly #doors: JobDoors;
  readonly #pool: RunnerPool;

  constructor(context: ActionsContext) {
    this.#context = context;
    this.#book = new RunBook(context);
    this.#groups = new Groups(context.store);
    this.#doors = new JobDoors(context, this.#book, {
      request: (...wanted) => this.#apply(this.#groups.request(...wanted)),
      refuse: (jobId, why) => this.#end(jobId, { result: 'failure', outputs: {}, why, environmentUrl: null }),
      advance: (runId) => this.advance(runId),
      wake: () => this.wake(),
    });
    this.#pool = new RunnerPool(context, {
      begin: (jobId, runner) => this.#begin(jobId, runner),
      ended: (jobId, report) => this.#end(jobId, report),
    });
  }

  /** How a run or a job stands in the groups of its repository. */
  get groups(): Groups {
    return this.#groups;
  }

  /** A run that was written down: it waits for its group, and begins. */
  enterRun(runId: number): void {
    const run = this.#book.run(runId);
    if (run.state === null || run.status === 'completed') return;
    const { concurrency } = run.state;
    if (concurrency === undefined) return this.beginRun(runId);
    const holder = { key: holderKey('run', runId), within: [] };
    this.#apply(this.#groups.request(run.repositoryId, holder, concurrency));
  }

  /** Its group is its own: its jobs begin. */
  beginRun(runId: number): void {
    const now = this.#context.github.clock.now();
    const run = this.#book.changeRun(runId, { hasBegun: true, status: 'in_progress', startedAt: now });
    tellOfRun(this.#context, run, 'in_progress');
    this.advance(runId);
  }

  /** Decides what can be decided. May be called at any time, and does nothing when nothing has changed. */
  advance(runId: number): void {
    const { store } = this.#context;
    const before = this.#book.run(runId);
    if (before.state === null || !before.hasBegun || before.status === 'completed') return;
    const at = this.#context.github.clock.now();
    const step = advanceRun(before.state);
    const made = store.together(() => {
      const run = store.change('runs', runId, { state: step.state });
      for (const one of step.ended) recordEndedJob(store, { ...one, run, at });
      return step.ready.flatMap((instance) => recordJob(store, { run, instance, at }) ?? []);
    });
    for (const job of jobsOfAttempt(store, this.#book.run(runId)))
      if (job.checkRunId === null) this.#book.showJob(job.id);
    this.#settle(runId);
    for (const id of step.cancel) this.#cancelInstance(runId, id);
    for (const job of made) this.#doors.enter(job.id);
    if (step.conclusion !== undefined) this.#finish(runId, step.conclusion);
  }

  /** A job at its first door. */
  enterJob(jobId: number): void {
    this.#doors.enter(jobId);
  }

  /** A job at the door of its environment, once more. */
  arrive(jobId: number): void {
    this.#doors.arrive(jobId);
  }

  /** A job that has its group. */
  passGroup(jobId: number): void {
    this.#doors.passGroup(jobId);
  }

  /** Starts what may run now. */
  wake(): void {
    this.#pool.wake();
  }

  /** Ends a run: what runs is asked to, what has not begun does not; but both as far as their `if` lets them. */
  cancel(runId: number, how: 'asked' | 'forced', why = 'The run was cancelled.'): void {
    const run = this.#book.run(runId);
    if (run.state === null || run.status === 'completed') return;
    const state = cancelRun(run.state);
    this.#book.changeRun(runId, { state, cancel: how, messages: [...run.messages, why] });
    if (!run.hasBegun) return this.#finish(runId, 'cancelled');
    this.advance(runId);
    if (how === 'asked') return;
    for (const { id, status, kind } of jobsOfAttempt(this.#context.store, run)) {
      if (status === 'completed' || kind === 'call') continue;
      if (this.#pool.has(id)) this.#pool.signal(id, 'forced');
      else this.#end(id, { result: 'cancelled', outputs: {}, why, environmentUrl: null });
    }
  }

  /** Ends everything at once and waits for it; nothing new begins. */
  async close(): Promise<void> {
    this.#doors.close();
    await this.#pool.close();
  }

  /** After a `close`: things may begin again. */
  open(): void {
    this.#doors.open();
    this.#pool.open();
  }

  /** A job that will not come back: those of a killed cloud. */
  lose(jobId: number, why: string): void {
    this.#end(jobId, { result: 'failure', outputs: {}, why, environmentUrl: null });
  }

  #begin(jobId: number, runner: string): BegunJob | null {
    const { store, github } = this.#context;
    const { job, run, instance } = this.#book.at(jobId);
    if (instance === null || run.state === null) return null;
    const state = beginInstance(run.state, instance.id);
    const trackingId = newTrackingId();
    const startedAt = github.clock.now();
    store.together(() => {
      store.change('jobs', jobId, {
        status: 'in_progress',
        door: null,
        why: '',
        runner,
        startedAt,
        trackingId,
      });
      store.change('runs', run.id, { status: 'in_progress', state });
    });
    mirrorDeployment(this.#context, { run, job, instance, state: 'in_progress' });
    this.#book.showJob(jobId);
    this.#book.showRun(run.id);
    return { run: this.#book.run(run.id), state, job: this.#book.job(jobId), instance };
  }

  #end(jobId: number, report: JobReport): void {
    const { store, github } = this.#context;
    const { run, instance } = this.#book.at(jobId);
    const now = github.clock.now();
    store.together(() => {
      const job = this.#book.job(jobId);
      const { result, why } = report;
      store.change('jobs', jobId, {
        status: 'completed',
        conclusion: result,
        why,
        door: null,
        startedAt: job.startedAt ?? now,
        completedAt: now,
      });
      if (instance !== null && run.state !== null)
        store.change('runs', run.id, { state: endInstance(run.state, instance.id, report) });
    });
    if (instance !== null) {
      const state =
        report.result === 'success' ? 'success' : report.result === 'failure' ? 'failure' : 'error';
      const { environmentUrl } = report;
      mirrorDeployment(this.#context, { run, job: this.#book.job(jobId), instance, state, environmentUrl });
    }
    this.#book.showJob(jobId);
    this.#release(run.repositoryId, jobId);
    this.advance(run.id);
  }

  /** Jobs that the core has ended meanwhile: their records follow. */
  #settle(runId: number): void {
    const { store, github } = this.#context;
    const run = this.#book.run(runId);
    for (const job of jobsOfAttempt(store, run)) {
      if (job.status === 'completed' || this.#pool.has(job.id) || run.state === null) continue;
      const at = findInstance(run.state, job.instanceId)?.at;
      if (at?.state !== 'ended') continue;
      const now = github.clock.now();
      const { result: conclusion, why } = at;
      this.#book.changeJob(job.id, { status: 'completed', conclusion, why, door: null, completedAt: now });
      this.#release(run.repositoryId, job.id);
    }
  }

  #finish(runId: number, conclusion: RunConclusion): void {
    const { github } = this.#context;
    if (this.#book.run(runId).status === 'completed') return;
    const run = this.#book.changeRun(runId, {
      status: 'completed',
      conclusion,
      updatedAt: github.clock.now(),
    });
    this.#apply(this.#groups.release(run.repositoryId, holderKey('run', runId)));
    tellOfRun(this.#context, run, 'completed');
    this.#book.changeRun(runId, { isTold: true });
  }

  #apply(effects: readonly ConcurrencyEffect[]): void {
    for (const effect of effects) {
      const { kind, id } = readHolderKey(effect.holder.key);
      switch (effect.kind) {
        case 'start':
          this.#granted(kind, id);
          break;
        case 'wait':
          this.#waits(kind, id, `It waits for ${effect.behind}.`);
          break;
        case 'cancel-running':
        case 'cancel-pending':
          this.#cancelHolder(kind, id, effect.why);
          break;
        default:
          unreachable(effect);
      }
    }
  }

  #granted(kind: HolderKind, id: number): void {
    if (kind === 'run') this.beginRun(id);
    else if (kind === 'job') this.#doors.passGroup(id);
    else this.#doors.beginCall(id);
  }

  #waits(kind: HolderKind, id: number, why: string): void {
    if (kind === 'run') this.#book.changeRun(id, { status: 'pending', messages: [why] });
    else this.#book.changeJob(id, { status: 'pending', why });
  }

  #cancelHolder(kind: HolderKind, id: number, why: string): void {
    if (kind === 'run') return this.cancel(id, 'asked', why);
    if (this.#pool.has(id)) return this.#pool.signal(id, 'asked');
    const { job, run, instance } = this.#book.at(id);
    if (job.kind === 'steps' || job.door !== null || instance === null)
      return this.#end(id, { result: 'cancelled', outputs: {}, why, environmentUrl: null });
    this.#book.changeRun(run.id, { state: cancelCall(this.#book.state(run.id), instance.id) });
    this.advance(run.id);
  }

  #cancelInstance(runId: number, instanceId: string): void {
    const jobs = jobsOfAttempt(this.#context.store, this.#book.run(runId));
    const job = jobs.find((one) => one.instanceId === instanceId);
    if (job === undefined || job.status === 'completed') return;
    if (this.#pool.has(job.id)) return this.#pool.signal(job.id, 'asked');
    const why = 'It was cancelled before it began.';
    this.#end(job.id, { result: 'cancelled', outputs: {}, why, environmentUrl: null });
  }

  #release(repositoryId: number, jobId: number): void {
    for (const kind of ['call', 'job'] as const)
      this.#apply(this.#groups.release(repositoryId, holderKey(kind, jobId)));
  }
}
