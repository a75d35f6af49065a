import { isUnderWay, type ActionsModel, type ShownRun } from './actions-model.ts';

/** Events that a rehearsal is known to bring about, one after the other. */
export type ExpectedEvents = readonly ExpectedEvent[];

/** One of them, by GitHub's name of it, and where that matters with the ref that it is about. */
export interface ExpectedEvent {
  readonly event: string;
  readonly ref?: string;
}

/**
 * Whether nothing more will happen by itself: every event that was expected has come, and every run that one of them
 * started has ended or waits for somebody. An event that follows from others (a merge, once its checks have passed) is
 * not expected any more when those failed.
 */
export function isSettled(model: ActionsModel, expected: ExpectedEvents): boolean {
  const started = model.events.flatMap(({ verdicts }) => verdicts.flatMap(({ runId }) => runId ?? []));
  const isAllShown = started.every((id) => model.runs.some((run) => run.id === id));
  if (!isAllShown || model.runs.some((run) => isUnderWay(run) || isHeldBack(run))) return false;
  const come = expected.filter((one) =>
    model.events.some(({ event, ref }) => event === one.event && (one.ref ?? ref) === ref),
  );
  if (come.length === expected.length) return true;
  return come.length > 0 && !model.runs.every(isGood);
}

/** Whether somebody with the right to write has to let a run of a stranger's pull request begin. */
export function isHeldBack({ conclusion }: ShownRun): boolean {
  return conclusion === 'action_required';
}

/** Whether a run ended well, or stands where somebody has to decide. */
export function isGood({ status, conclusion }: ShownRun): boolean {
  if (status !== 'completed') return !isUnderWay({ status });
  return conclusion === 'success' || conclusion === 'skipped';
}
