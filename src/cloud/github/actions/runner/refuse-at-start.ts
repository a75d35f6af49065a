import { doubtOfAction, refusalOf } from '../known-actions/refusal-of.ts';
import type { Step, UsesStep } from '../model/workflow.ts';
import type { StepOutput } from './step-output.ts';

type UsesAction = UsesStep & { readonly uses: Extract<UsesStep['uses'], { kind: 'repository' }> };

/**
 * Says before the first step what of a job's actions is not carried out; whether the job may begin. A step with an `if`
 * may never be reached: it is told of, and refused only when it is.
 */
export function refuseAtStart(steps: readonly Step[], output: StepOutput): boolean {
  let begins = true;
  for (const step of steps) {
    if (!usesAction(step)) continue;
    output.say(`Download action repository '${step.uses.name}@${step.uses.ref}'`);
    const refused = refusalOf(step.uses, literalsOf(step));
    if (refused === null) {
      const doubt = doubtOfAction(step.uses);
      if (doubt !== null) output.say(`##[warning]${doubt}`);
    } else if (step.if === undefined) {
      output.error(refused);
      begins = false;
    } else output.warning(`${refused} (the step has an if: it fails when it is reached)`);
  }
  return begins;
}

function usesAction(step: Step): step is UsesAction {
  return step.kind === 'uses' && step.uses.kind === 'repository';
}

/** The inputs that are no expressions: what they are is known by now. */
function literalsOf({ with: given }: UsesStep): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, { value }]) => {
      const text = String(value ?? '').trim();
      return text.includes('${{') ? [] : [[name.toLowerCase(), text]];
    }),
  );
}
