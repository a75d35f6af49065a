import type { CheckDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';

/**
 * The checks that the stacks of the apps bring. Apps share those that are the same, and wait for the same: one
 * installation is enough. One that means something else in another app gets that app's name.
 */
export function checksOfStacks(project: ProjectDefinition): Record<string, CheckDefinition> {
  const all: Record<string, CheckDefinition> = {};
  for (const [app, { stack }] of Object.entries(project.apps)) {
    const checks = Object.entries(stack?.checks ?? {});
    const renamed = differing(checks, all);
    const nameOf = (name: string): string => (renamed.has(name) ? `${name}-${app}` : name);
    for (const [name, check] of checks) {
      all[nameOf(name)] = renamed.has(name) ? { ...check, needs: (check.needs ?? []).map(nameOf) } : check;
    }
  }
  return all;
}

/** The checks whose names are taken by something else, and all that wait for one of them. */
function differing(
  checks: readonly (readonly [string, CheckDefinition])[],
  taken: Readonly<Record<string, CheckDefinition>>,
): Set<string> {
  const found = new Set(
    checks.flatMap(([name, check]) => (name in taken && !isSame(taken[name], check) ? [name] : [])),
  );
  // Each round finds at least one more, or is the last.
  for (let count = -1; count !== found.size;) {
    count = found.size;
    for (const [name, check] of checks) {
      if (check.needs?.some((need) => found.has(need)) === true) found.add(name);
    }
  }
  return found;
}

function isSame(one: CheckDefinition | undefined, other: CheckDefinition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
