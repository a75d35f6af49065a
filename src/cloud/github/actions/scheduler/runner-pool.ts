import type { JobReport } from '../runner/job-order.ts';
import type { ActionsContext } from './actions-context.ts';
import { launchJob } from './launch-job.ts';
import type { BegunJob, JobSignals } from './launch-job.ts';
import { settingsOf } from './settings.ts';

/** What the pool leaves to others. */
export interface PoolHooks {
  /** Writes down that a job begins on a runner, before any process of it does; null when it is not to run any more. */
  begin(jobId: number, runner: string): BegunJob | null;
  ended(jobId: number, report: JobReport): void;
}

interface RunningJob extends JobSignals {
  readonly runner: string;
  readonly ended: Promise<void>;
}

/** The runners: so many jobs at once, the one that waits longest first. */
export class RunnerPool {
  readonly #context: ActionsContext;
  readonly #hooks: PoolHooks;
  readonly #running = new Map<number, RunningJob>();
  #isClosing = false;

  constructor(context: ActionsContext, hooks: PoolHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  /** Whether a job runs in this process. */
  has(jobId: number): boolean {
    return this.#running.has(jobId);
  }

  /** Starts what may run now. */
  wake(): void {
    const { store } = this.#context;
    const queued = store.all('jobs').filter(({ status, door }) => status === 'queued' && door === 'runner');
    for (const { id } of queued) {
      if (this.#isClosing || this.#running.size >= settingsOf(store).parallelJobs) return;
      if (!this.#running.has(id)) this.#launch(id);
    }
  }

  /** Asks a job to end, if it runs here. */
  signal(jobId: number, how: 'asked' | 'forced'): void {
    const running = this.#running.get(jobId);
    running?.cancel.abort();
    if (how === 'forced') running?.kill.abort();
  }

  /** Ends everything at once and waits for it; nothing new begins until `open`. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const job of this.#running.values()) job.kill.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  open(): void {
    this.#isClosing = false;
  }

  #launch(jobId: number): void {
    const runner = this.#freeRunner();
    const begun = this.#hooks.begin(jobId, runner);
    if (begun === null) return;
    const signals = { cancel: new AbortController(), kill: new AbortController() };
    const ended = launchJob(this.#context, begun, signals).then(
      (report) => this.#ended(jobId, report),
      (error: Error) => {
        const why = `internal: ${error.stack ?? error.message}`;
        this.#ended(jobId, { result: 'failure', outputs: {}, why, environmentUrl: null });
      },
    );
    this.#running.set(jobId, { ...signals, runner, ended });
  }

  #ended(jobId: number, report: JobReport): void {
    this.#running.delete(jobId);
    const why = 'The runner has received a shutdown signal: the local cloud was stopped.';
    this.#hooks.ended(jobId, this.#isClosing ? { ...report, why } : report);
    this.wake();
  }

  #freeRunner(): string {
    const taken = new Set([...this.#running.values()].map(({ runner }) => runner));
    let number = 1;
    while (taken.has(`local-${number}`)) number += 1;
    return `local-${number}`;
  }
}
