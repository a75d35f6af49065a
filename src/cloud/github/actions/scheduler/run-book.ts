import type { ConcurrencyHolder } from '../model/concurrency.ts';
import type { JobInstance, RunState } from '../model/run-state.ts';
import { findInstance } from '../plan/settle.ts';
import type { JobRecord, RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import { holderKey } from './groups.ts';
import { jobsOfAttempt } from './job-records.ts';
import { mirrorJob } from './mirror-checks.ts';
import { callsAround } from './run-instances.ts';

/** A job with what it is part of. */
export interface JobAt {
  readonly job: JobRecord;
  readonly run: RunRecord;
  /** Null for one that ended without ever being one. */
  readonly instance: JobInstance | null;
}

/** The records of runs and jobs: what is changed in them is shown at once, as check runs and to whoever watches. */
export class RunBook {
  readonly #context: ActionsContext;

  constructor(context: ActionsContext) {
    this.#context = context;
  }

  run(id: number): RunRecord {
    return this.#context.store.get('runs', id);
  }

  job(id: number): JobRecord {
    return this.#context.store.get('jobs', id);
  }

  at(jobId: number): JobAt {
    const job = this.job(jobId);
    const run = this.run(job.runId);
    const tracked = run.state === null ? undefined : findInstance(run.state, job.instanceId);
    return { job, run, instance: tracked?.instance ?? null };
  }

  /** The graph of a run that could begin. */
  state(runId: number): RunState {
    const { state } = this.run(runId);
    if (state === null) throw new Error(`run ${runId} could not begin`);
    return state;
  }

  changeRun(id: number, change: Partial<RunRecord>): RunRecord {
    const { store, github } = this.#context;
    const run = store.change('runs', id, { updatedAt: github.clock.now(), ...change });
    this.showRun(id);
    return run;
  }

  changeJob(id: number, change: Partial<JobRecord>): JobRecord {
    const job = this.#context.store.change('jobs', id, change);
    this.showJob(id);
    return job;
  }

  showRun(id: number): void {
    this.#context.news.tellRun(this.run(id));
  }

  showJob(id: number): void {
    mirrorJob(this.#context, id);
    const job = this.job(id);
    if (job.kind === 'steps') this.#context.news.tellJob(job);
  }

  /** Who a job is in the groups of its repository: itself, or what it calls. */
  holder(kind: 'job' | 'call', jobId: number): ConcurrencyHolder {
    const { job, run, instance } = this.at(jobId);
    const around = run.state === null || instance === null ? [] : callsAround(run.state, instance.frame);
    const calls = jobsOfAttempt(this.#context.store, run).filter((one) => around.includes(one.instanceId));
    const within = calls.flatMap(({ id }) => [holderKey('job', id), holderKey('call', id)]);
    const own = kind === 'call' ? [holderKey('job', job.id)] : [];
    return { key: holderKey(kind, job.id), within: [holderKey('run', run.id), ...own, ...within] };
  }
}
