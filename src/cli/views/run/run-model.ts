import type { RunRecord } from '../../../engine/engine.ts';
import type { RunEvent, RunStatus, StepStatus, StoredError } from '../../../engine/events.ts';

/** A run as a view shows it: made of its graph and its events, and of nothing else. */
export interface RunModel {
  readonly runId: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly behind: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly isUndoing: boolean;
  readonly error: StoredError | null;
  readonly steps: readonly StepModel[];
}

/** One step of the model. */
export interface StepModel {
  readonly id: string;
  readonly title: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The last lines it printed. */
  readonly tail: readonly string[];
  readonly error: StoredError | null;
}

/** Lines of output kept for each step. */
const TAIL_LINES = 8;

/** The model before any event. */
export function initialModel(run: RunRecord): RunModel {
  return {
    runId: run.id,
    title: run.title,
    status: run.status,
    behind: null,
    startedAt: null,
    finishedAt: null,
    isUndoing: false,
    error: null,
    steps: run.graph.nodes.map((node) => ({
      id: node.id,
      title: node.title,
      status: 'pending',
      attempt: 0,
      startedAt: null,
      finishedAt: null,
      tail: [],
      error: null,
    })),
  };
}

/** The model after one more event. Pure. */
export function reduceEvent(model: RunModel, event: RunEvent): RunModel {
  switch (event.type) {
    case 'run.queued':
      return { ...model, status: 'queued', behind: event.behind };
    case 'run.started':
      return { ...model, status: 'running', behind: null, startedAt: model.startedAt ?? event.at };
    case 'run.waiting':
      return withStep({ ...model, status: 'waiting' }, event.step, {
        status: 'waiting',
        startedAt: event.at,
      });
    case 'run.interrupted':
      return { ...model, status: 'interrupted' };
    case 'run.superseded':
      return { ...model, status: 'superseded', finishedAt: event.at };
    case 'run.undo-started':
      return { ...model, isUndoing: true };
    case 'run.finished':
      return { ...model, status: event.status, error: event.error, finishedAt: event.at };
    case 'run.cancel-requested':
      return model;
    default:
      return reduceStepEvent(model, event);
  }
}

type StepEvent = Extract<RunEvent, { step: string }>;

function reduceStepEvent(model: RunModel, event: StepEvent): RunModel {
  switch (event.type) {
    case 'step.started':
      return withStep(model, event.step, {
        status: 'running',
        attempt: event.attempt,
        startedAt: event.at,
        finishedAt: null,
      });
    case 'step.output': {
      const step = model.steps.find((candidate) => candidate.id === event.step);
      return withStep(model, event.step, { tail: [...(step?.tail ?? []), event.line].slice(-TAIL_LINES) });
    }
    case 'step.retrying':
      return withStep(model, event.step, { error: event.error });
    case 'step.succeeded':
      return withStep(model, event.step, { status: 'succeeded', finishedAt: event.at, error: null });
    case 'step.failed':
      return withStep(model, event.step, { status: 'failed', finishedAt: event.at, error: event.error });
    case 'step.approved':
      return withStep(model, event.step, { status: 'succeeded', finishedAt: event.at });
    case 'step.rejected':
      return withStep(model, event.step, { status: 'failed', finishedAt: event.at });
    case 'step.undo-started':
      return withStep(model, event.step, { status: 'undoing' });
    case 'step.undone':
      return withStep(model, event.step, { status: 'undone', finishedAt: event.at });
    case 'step.undo-failed':
      return withStep(model, event.step, { status: 'undo-failed', finishedAt: event.at, error: event.error });
    default:
      return model;
  }
}

function withStep(model: RunModel, id: string, change: Partial<StepModel>): RunModel {
  return { ...model, steps: model.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) };
}
