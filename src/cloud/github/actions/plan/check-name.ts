import type { Json } from '../../../../util/json.ts';
import { evaluateText, textOf } from '../expressions/evaluate.ts';
import { hasExpression } from '../expressions/split-template.ts';
import type { Scope } from '../model/run-context.ts';
import type { JsonObject } from '../model/source.ts';
import type { Job } from '../model/workflow.ts';

/**
 * The name of the check run of a job: its `name`, or its id; with the values of its cell behind it when it has a matrix
 * and the name does not speak of it: `test (20, linux)`. docs: troubleshooting-required-status-checks.
 */
export function checkNameOf(job: Job, matrix: JsonObject | null, scope: Scope): string {
  const { name } = job;
  const own = name === undefined ? job.id : evaluateText(name, 'job-strategy', scope);
  if (matrix === null || (name !== undefined && hasExpression(name.value))) return own || job.id;
  const values = leavesOf(matrix).join(', ');
  return values === '' ? own : `${own} (${values})`;
}

/** The name of a job that is decided before it has cells: skipped, or failed. What cannot be evaluated stays. */
export function plainCheckName(job: Job, scope: Scope): string {
  if (job.name === undefined) return job.id;
  try {
    return evaluateText(job.name, 'job-strategy', scope) || job.id;
  } catch {
    return job.name.value;
  }
}

function leavesOf(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leavesOf(item));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leavesOf);
  return [textOf(value)];
}
