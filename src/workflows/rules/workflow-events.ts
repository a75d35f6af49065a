import type { Span } from '../read/source-file.ts';
import { entryAt, scalarsOf } from '../read/yaml-access.ts';
import type { Workflow, WorkflowJob, WorkflowTrigger } from '../read/workflow.ts';

/** What starts the workflow on an event; null where that does not. */
export function triggerOn(workflow: Workflow, event: string): WorkflowTrigger | null {
  return workflow.triggers.find((trigger) => trigger.event === event) ?? null;
}

/** Whether one of these events starts it. */
export function startsOn(workflow: Workflow, ...events: readonly string[]): boolean {
  return events.some((event) => triggerOn(workflow, event) !== null);
}

/** The patterns of a filter: `branches`, `tags`; with the place of its key. Null where there is none. */
export function filterOf(
  trigger: WorkflowTrigger | null,
  filter: string,
): { readonly at: Span; readonly patterns: readonly string[] } | null {
  const entry = entryAt(trigger?.node, filter);
  return entry === null ? null : { at: entry.at, patterns: scalarsOf(entry.value).map(({ text }) => text) };
}

/** Whether any condition of the job or its steps, or what it is given, speaks of this. */
export function speaksOf(job: WorkflowJob, what: RegExp): boolean {
  return (
    what.test(job.conditionNode?.text ?? '') ||
    job.steps.some((step) => what.test(step.conditionNode?.text ?? ''))
  );
}
