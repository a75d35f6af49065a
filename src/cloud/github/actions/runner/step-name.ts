import { evaluateText } from '../expressions/evaluate.ts';
import type { Scope } from '../model/run-context.ts';
import type { Step } from '../model/workflow.ts';

/** The `name` of a step, or what GitHub calls one without. */
export function stepName(step: Step, scope: Scope): string {
  if (step.name !== undefined) return evaluateText(step.name, 'step', scope);
  if (step.kind === 'uses')
    return `Run ${step.uses.kind === 'local' ? `./${step.uses.path}` : `${step.uses.name}@${step.uses.ref}`}`;
  return `Run ${step.run.value.trim().split('\n')[0] ?? ''}`;
}
