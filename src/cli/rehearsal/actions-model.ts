import { unreachable } from '../../util/assert.ts';
import type { ActionsNews } from './actions-news.ts';
import { tailAfter } from './job-tail.ts';
import { runTitle, skipReason } from './run-words.ts';

/** A GitHub workflow at work, as it is shown. */
export interface ShownRun {
  readonly id: number;
  readonly title: string;
  readonly path: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly messages: readonly string[];
  readonly jobs: readonly ShownJob[];
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** One job of it. */
export interface ShownJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  /** Why it waits, or how it ended. */
  readonly why: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The step that is under way, or that failed. */
  readonly step: string | null;
  /** Whether that step failed. */
  readonly hasFailed: boolean;
  /** The last lines that it printed. */
  readonly tail: readonly string[];
}

/** All that a rehearsal set going; of events what they came to. */
export interface ActionsModel {
  readonly runs: readonly ShownRun[];
  readonly events: readonly Extract<ActionsNews, { kind: 'event' }>[];
}

export const NO_ACTIONS: ActionsModel = { runs: [], events: [] };

/** The model after a piece of news that came at `at`, in milliseconds since the Unix epoch. */
export function reduceNews(model: ActionsModel, news: ActionsNews, at: number): ActionsModel {
  switch (news.kind) {
    case 'event':
      return { ...model, events: [...model.events, news] };
    case 'run':
      // What was under way before, and was cancelled in favour of something newer, is none of this.
      if (!isKnown(model, news.run.id) && news.run.conclusion === 'cancelled') return model;
      return withRun(model, news.run.id, (known) => runAfter(known, news.run, at));
    case 'job':
      if (!isKnown(model, news.job.runId)) return model;
      return withJob(model, news.job.runId, news.job.id, (known) => jobAfter(known, news.job, at));
    case 'step':
      if (!isKnown(model, news.runId)) return model;
      return withJob(model, news.runId, news.jobId, (job) => {
        const { name, status, conclusion } = news.step;
        // What comes after a failure (to tidy up, mostly) is not what the job failed at.
        if (job.hasFailed) return job;
        if (conclusion === 'failure') return { ...job, step: name, hasFailed: true };
        return status === 'in_progress' ? { ...job, step: name, tail: [] } : job;
      });
    case 'log':
      if (!isKnown(model, news.runId)) return model;
      return withJob(model, news.runId, news.jobId, (job) =>
        // Nor what is printed after a failure.
        job.hasFailed ? job : { ...job, tail: tailAfter(job.tail, news.text) },
      );
    default:
      return unreachable(news);
  }
}

function isKnown(model: ActionsModel, run: number): boolean {
  return model.runs.some(({ id }) => id === run);
}

/** Whether a run, or a job, goes on without anybody doing anything. */
export function isUnderWay(one: { readonly status: string }): boolean {
  return !['completed', 'waiting', 'action_required'].includes(one.status);
}

type RunNews = Extract<ActionsNews, { kind: 'run' }>['run'];
type JobNews = Extract<ActionsNews, { kind: 'job' }>['job'];

function runAfter(known: ShownRun, run: RunNews, at: number): ShownRun {
  const { path, status, conclusion, messages } = run;
  const isOver = status === 'completed';
  return {
    ...known,
    title: runTitle(run),
    path,
    status,
    conclusion,
    messages,
    startedAt: known.startedAt === 0 ? at : known.startedAt,
    finishedAt: isOver ? (known.finishedAt ?? at) : null,
  };
}

function jobAfter(known: ShownJob, job: JobNews, at: number): ShownJob {
  const { name, status, conclusion } = job;
  return {
    ...known,
    name,
    status,
    conclusion,
    why: skipReason(job.why),
    startedAt: known.startedAt ?? (status === 'in_progress' ? at : null),
    finishedAt: status === 'completed' ? (known.finishedAt ?? at) : null,
  };
}

const NEW_RUN: Omit<ShownRun, 'id'> = {
  title: '',
  path: '',
  status: 'queued',
  conclusion: null,
  messages: [],
  jobs: [],
  startedAt: 0,
  finishedAt: null,
};

const NEW_JOB: Omit<ShownJob, 'id'> = {
  name: '',
  status: 'queued',
  conclusion: null,
  why: '',
  startedAt: null,
  finishedAt: null,
  step: null,
  hasFailed: false,
  tail: [],
};

function withRun(model: ActionsModel, id: number, change: (run: ShownRun) => ShownRun): ActionsModel {
  return { ...model, runs: replaced(model.runs, id, { id, ...NEW_RUN }, change) };
}

function withJob(
  model: ActionsModel,
  runId: number,
  id: number,
  change: (job: ShownJob) => ShownJob,
): ActionsModel {
  return withRun(model, runId, (run) => ({
    ...run,
    jobs: replaced(run.jobs, id, { id, ...NEW_JOB }, change),
  }));
}

/** The list with the one of this number changed, or with a new one at its end. */
function replaced<T extends { readonly id: number }>(
  all: readonly T[],
  id: number,
  fresh: T,
  change: (one: T) => T,
): readonly T[] {
  if (!all.some((one) => one.id === id)) return [...all, change(fresh)];
  return all.map((one) => (one.id === id ? change(one) : one));
}
