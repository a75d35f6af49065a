import type { ConcurrencySpec } from '../model/workflow.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';
import { booleanAt, sourced, template } from './read-values.ts';
import { knownEntries, shapeOf, textAt } from './yaml-walk.ts';

/** Reads `concurrency` of a workflow or a job: a group, or a mapping. */
export function readConcurrency(
  at: At | undefined,
  key: 'workflow-concurrency' | 'job-strategy',
): ConcurrencySpec | undefined {
  if (at === undefined) return undefined;
  const place = { line: at.line, column: at.column };
  if (shapeOf(at) !== 'mapping') {
    const group = template(at, key);
    return group === undefined ? undefined : { ...place, group, queue: 'single' };
  }
  const entries = knownEntries(at, ['group', 'cancel-in-progress', 'queue'], ['group']);
  const cancelInProgress = booleanAt(entries?.get('cancel-in-progress')?.at, key);
  const queueAt = entries?.get('queue')?.at;
  const queue = queueAt === undefined ? 'single' : textAt(queueAt);
  if (queueAt !== undefined && queue !== 'single' && queue !== 'max') {
    invalid(queueAt, `Unexpected value '${queue ?? ''}'`, 'It is single (the default) or max.');
  }
  if (queueAt !== undefined && queue === 'max' && cancelInProgress?.value === true) {
    invalid(
      queueAt,
      "'queue: max' cannot be combined with 'cancel-in-progress: true'.",
      'Queue them all, or cancel the one before.',
    );
  }
  return {
    ...place,
    group: template(entries?.get('group')?.at, key) ?? sourced(at, ''),
    ...(cancelInProgress === undefined ? {} : { cancelInProgress }),
    queue: queue === 'max' ? 'max' : 'single',
  };
}
