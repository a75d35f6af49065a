import type { ResolvedCheck } from '../config/resolved.ts';

/** The chain of checks that takes longest, each needing the one before. */
export interface CriticalPath {
  readonly names: readonly string[];
  readonly ms: number;
}

/** Which chain decides how long checks take, were there cores enough. `ms` says how long each took; 0 for none. */
export function criticalPath(
  checks: readonly Pick<ResolvedCheck, 'name' | 'needs'>[],
  ms: (name: string) => number,
): CriticalPath {
  const byName = new Map(checks.map((check) => [check.name, check]));
  const known = new Map<string, CriticalPath>();
  const pathTo = (name: string): CriticalPath => {
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const needs = (byName.get(name)?.needs ?? []).filter((need) => byName.has(need)).map(pathTo);
    const before = longest(needs);
    const own = ms(name);
    const path = { names: own > 0 ? [...before.names, name] : before.names, ms: before.ms + own };
    known.set(name, path);
    return path;
  };
  return longest(checks.map(({ name }) => pathTo(name)));
}

function longest(paths: readonly CriticalPath[]): CriticalPath {
  return paths.reduce((best, path) => (path.ms > best.ms ? path : best), { names: [], ms: 0 });
}
