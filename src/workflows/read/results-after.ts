import type { Workflow, WorkflowJob } from './workflow.ts';
import { couldHold, factsOf, type Fact, type JobResult } from './could-hold.ts';

/** The functions of which a condition has to have one, to hold after a failure (docs.github.com, "Status check functions"). */
const STATUS_FUNCTIONS = ['always', 'cancelled', 'failure', 'success'];

/** The jobs that a job waits for, those that they wait for among them. */
export function jobsBefore({ jobs }: Workflow, job: WorkflowJob): readonly WorkflowJob[] {
  const found = new Set<WorkflowJob>();
  const visit = ({ needs }: WorkflowJob): void => {
    for (const { text } of needs) {
      const before = jobs.find(({ id }) => id === text);
      if (before === undefined || found.has(before)) continue;
      found.add(before);
      visit(before);
    }
  };
  visit(job);
  found.delete(job);
  return [...found];
}

/**
 * Whether a job could run where `ended` did so, and everything else as well as it can. `facts`: what is known besides. A
 * job before it that could run is taken to succeed. Pure.
 */
export function couldRunAfter(
  workflow: Workflow,
  job: WorkflowJob,
  ended: { readonly job: WorkflowJob; readonly result: 'failure' | 'cancelled' } | null,
  facts: readonly Fact[] = [],
): boolean {
  const known = [...facts, ...factsOf(ended?.job.condition?.tree ?? null)];
  const results = new Map<WorkflowJob, JobResult>();
  const resultOf = (each: WorkflowJob): JobResult => {
    if (each === ended?.job) return ended.result;
    const found = results.get(each);
    if (found !== undefined) return found;
    // Needs that go round end here; another rule tells of them.
    results.set(each, 'skipped');
    const result = canRun(each) ? 'success' : 'skipped';
    results.set(each, result);
    return result;
  };
  const canRun = (each: WorkflowJob): boolean => {
    const before = jobsBefore(workflow, each).map(resultOf);
    const asks = each.condition?.calls.some((call) => STATUS_FUNCTIONS.includes(call)) === true;
    if (!asks && !before.every((result) => result === 'success')) return false;
    const needed = each.needs.flatMap(({ text }) => workflow.jobs.filter(({ id }) => id === text));
    return couldHold(each.condition?.tree ?? null, {
      results: new Map(needed.map((need) => [need.id.toLowerCase(), resultOf(need)])),
      isCancelled: ended?.result === 'cancelled',
      facts: known,
    });
  };
  return canRun(job);
}
