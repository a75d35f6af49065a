import { beginInstance } from '../plan/settle.ts';
import type { ActionsContext } from './actions-context.ts';
import type { Groups } from './groups.ts';
import { mirrorDeployment } from './mirror-deployment.ts';
import type { RunBook } from './run-book.ts';
import { visitEnvironment } from './visit-environment.ts';

/** A look at a door is repeated after so long at the latest: timers reach no further than some weeks. */
const LOOK_AGAIN_MS = 86_400_000;

/** What doors leave to others. */
export interface DoorHooks {
  request(...wanted: Parameters<Groups['request']>): void;
  refuse(jobId: number, why: string): void;
  advance(runId: number): void;
  wake(): void;
}

/**
 * What a job goes through before it runs, in this order: its group, its environment, a runner. A call goes through its
 * group and that of what it calls.
 */
export class JobDoors {
  readonly #context: ActionsContext;
  readonly #book: RunBook;
  readonly #hooks: DoorHooks;
  #timers = new AbortController();

  constructor(context: ActionsContext, book: RunBook, hooks: DoorHooks) {
    this.#context = context;
    this.#book = book;
    this.#hooks = hooks;
  }

  enter(jobId: number): void {
    const { run, instance } = this.#book.at(jobId);
    if (instance?.concurrency === undefined) return this.passGroup(jobId);
    this.#book.changeJob(jobId, { door: 'concurrency' });
    this.#hooks.request(run.repositoryId, this.#book.holder('job', jobId), instance.concurrency);
  }

  /** It has its group, or needs none. */
  passGroup(jobId: number): void {
    const { job, run, instance } = this.#book.at(jobId);
    if (instance === null) return;
    if (job.kind === 'steps') return this.arrive(jobId);
    if (instance.callConcurrency === undefined) return this.beginCall(jobId);
    this.#book.changeJob(jobId, { door: 'call-concurrency' });
    this.#hooks.request(run.repositoryId, this.#book.holder('call', jobId), instance.callConcurrency);
  }

  /** The jobs of a call are there from now on. */
  beginCall(jobId: number): void {
    const { job, instance } = this.#book.at(jobId);
    if (instance === null) return;
    this.#book.changeJob(jobId, { status: 'in_progress', door: null });
    this.#book.changeRun(job.runId, { state: beginInstance(this.#book.state(job.runId), instance.id) });
    this.#hooks.advance(job.runId);
  }

  /** At the door of its environment, if it has one. May be called at any time. */
  arrive(jobId: number): void {
    const { job, run, instance } = this.#book.at(jobId);
    if (instance === null || job.status === 'completed') return;
    if (instance.environment === undefined || job.admittedAt !== null) return this.#queue(jobId);
    const now = this.#context.github.clock.now();
    const arrived =
      job.arrivedAt === null ? this.#book.changeJob(jobId, { arrivedAt: now, door: 'environment' }) : job;
    const verdict = visitEnvironment(this.#context, { run, job: arrived, name: instance.environment.name });
    if (verdict.kind === 'refuse') return this.#hooks.refuse(jobId, verdict.why);
    if (verdict.kind === 'enter') {
      this.#book.changeJob(jobId, { admittedAt: now });
      return this.#queue(jobId);
    }
    const wasWaiting = arrived.status === 'waiting';
    this.#book.changeJob(jobId, { status: 'waiting', why: verdict.why });
    if (!wasWaiting) mirrorDeployment(this.#context, { run, job: arrived, instance, state: 'queued' });
    if (run.status !== 'waiting') this.#book.changeRun(run.id, { status: 'waiting' });
    this.#lookAgain(jobId, Math.min(verdict.untilMs - now, LOOK_AGAIN_MS));
  }

  /** Nobody looks at doors by the clock any more, until `open`. */
  close(): void {
    this.#timers.abort();
  }

  open(): void {
    this.#timers = new AbortController();
  }

  #queue(jobId: number): void {
    const { job, run } = this.#book.at(jobId);
    if (job.status === 'in_progress' || (job.status === 'queued' && job.door === 'runner')) return;
    this.#book.changeJob(jobId, { status: 'queued', door: 'runner', why: '' });
    if (run.status === 'waiting') this.#book.changeRun(run.id, { status: 'in_progress' });
    this.#hooks.wake();
  }

  #lookAgain(jobId: number, afterMs: number): void {
    void this.#context.github.clock.sleep(Math.max(0, afterMs), this.#timers.signal).then(
      () => this.arrive(jobId),
      // Closed meanwhile.
      () => undefined,
    );
  }
}
