/** A check as the schedule sees it. */
export interface ScheduledCheck {
  readonly name: string;
  /** Names that are not in the schedule are taken as passed: they were left out. */
  readonly needs: readonly string[];
  /** Cores that it keeps busy; at least 1. */
  readonly weight: number;
}

/**
 * How long it takes from the start of each check to the end of the last that waits for it, were there cores enough: what
 * has the longest way to go begins first. Milliseconds by name.
 */
export function remainingPaths(
  checks: readonly ScheduledCheck[],
  estimateMs: (name: string) => number,
): ReadonlyMap<string, number> {
  const users = usersOf(checks);
  const paths = new Map<string, number>();
  const pathOf = (name: string): number => {
    const known = paths.get(name);
    if (known !== undefined) return known;
    const after = Math.max(0, ...(users.get(name) ?? []).map(pathOf));
    const path = estimateMs(name) + after;
    paths.set(name, path);
    return path;
  };
  for (const { name } of checks) pathOf(name);
  return paths;
}

/** Name of a check → those that need it directly. */
export function usersOf(checks: readonly ScheduledCheck[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>(checks.map(({ name }) => [name, []]));
  for (const { name, needs } of checks) for (const need of needs) users.get(need)?.push(name);
  return users;
}
