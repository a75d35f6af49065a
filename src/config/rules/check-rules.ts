import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import { conflict } from './conflict.ts';
import { findCycle } from './find-cycle.ts';

/** Checks do not wait for each other in a circle. */
export function checkRules(project: ProjectDefinition): Mistake[] {
  const edges = new Map(resolveChecks(project).map((check) => [check.name, check.needs]));
  const cycle = findCycle(edges);
  if (cycle === null) return [];
  const first = cycle[0] ?? '';
  return [
    conflict(
      ['ci', 'checks', first, 'needs'],
      `goes in a circle: ${cycle.join(' → ')}`,
      `Take one of these needs out, so that a check can be first.`,
    ),
  ];
}
