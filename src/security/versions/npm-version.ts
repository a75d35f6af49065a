import { compare, parse, satisfies } from 'semver';

/** Compares versions as npm does. What is no version is before all that are. */
export function compareNpm(one: string, other: string): number {
  const [first, second] = [parse(one, { loose: true }), parse(other, { loose: true })];
  if (first === null || second === null) return Number(first !== null) - Number(second !== null);
  return compare(first, second);
}

/** Whether a version is in a range of npm; releases before a release are, too: they have its faults. */
export function isInNpmRange(version: string, range: string): boolean {
  return satisfies(version, range, { loose: true, includePrerelease: true });
}
