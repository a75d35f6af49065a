import type { ResolvedApp, ResolvedProject } from '../../config/resolved.ts';
import type { MatchedEnvironment } from '../match-environments.ts';
import type { Observed, ObservedEnvironment, PlanStep, Trigger } from '../plan.ts';

/** What every stage of a deployment is computed from. */
export interface StageContext {
  readonly project: ResolvedProject;
  readonly trigger: Trigger;
  readonly match: MatchedEnvironment;
  /** The apps that change, in the order of the config. */
  readonly apps: readonly ResolvedApp[];
  /** Null when this environment was not looked at. */
  readonly observed: ObservedEnvironment | null;
  readonly world: Observed;
  readonly isRehearsal: boolean;
}

/** Some steps that belong together. */
export interface Stage {
  readonly steps: readonly PlanStep[];
  /** Ids that the next stage waits for: every other step of this stage stands before one of them. */
  readonly last: readonly string[];
}

/** Computes a stage; `after` are the ids that its first steps wait for. */
export type StagePlanner = (context: StageContext, after: readonly string[]) => Stage;

/** Puts stages one after the other. */
export function inSequence(context: StageContext, planners: readonly StagePlanner[]): PlanStep[] {
  const steps: PlanStep[] = [];
  let after: readonly string[] = [];
  for (const planner of planners) {
    const stage = planner(context, after);
    steps.push(...stage.steps);
    if (stage.last.length > 0) after = stage.last;
  }
  return steps;
}

/** Stages that run at once: all wait for the same steps, and what follows waits for all of them. */
export function beside(...planners: readonly StagePlanner[]): StagePlanner {
  return (context, after) => {
    const stages = planners.map((planner) => planner(context, after));
    return {
      steps: stages.flatMap((stage) => stage.steps),
      last: stages.flatMap((stage) => stage.last),
    };
  };
}

/** A stage whose steps all run at once. */
export function sideBySide(steps: readonly PlanStep[]): Stage {
  return { steps, last: steps.map((step) => step.id) };
}
