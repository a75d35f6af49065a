import type { PlanStep } from '../../../plan/plan.ts';

/** Steps by how many others stand before them at least: no step of a wave needs another of the same. */
export function dependencyWaves(steps: readonly PlanStep[]): readonly (readonly PlanStep[])[] {
  const depths = new Map<string, number>();
  const waves: PlanStep[][] = [];
  for (const step of steps) {
    const depth = Math.max(-1, ...step.needs.map((id) => depths.get(id) ?? -1)) + 1;
    depths.set(step.id, depth);
    (waves[depth] ??= []).push(step);
  }
  return waves;
}
