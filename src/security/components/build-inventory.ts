import type { Component, Inventory, Scope } from './component.ts';

/** A package as a lock file tells it: what it needs by kind, before anything is known of scopes. */
export interface FoundPackage extends Omit<Component, 'scope' | 'needs'> {
  /** What runs with it. */
  readonly needs: readonly string[];
  readonly optionalNeeds: readonly string[];
  /** Only to build and test it; of packages of the repository alone. */
  readonly devNeeds: readonly string[];
}

/**
 * Puts packages together: those of one id become one, with the needs of all. What is reached from a package of the
 * repository without a development dependency is required, or optional where every way is; the rest is for development.
 */
export function buildInventory(source: string, found: readonly FoundPackage[]): Inventory {
  const packages = merge(found);
  const roots = [...packages.values()].filter(({ isOwn }) => isOwn).map(({ id }) => id);
  const required = reach(roots, packages, ({ needs }) => needs);
  const running = reach(roots, packages, ({ needs, optionalNeeds }) => [...needs, ...optionalNeeds]);
  const scopeOf = (id: string): Scope => {
    if (required.has(id)) return 'required';
    return running.has(id) ? 'optional' : 'dev';
  };
  const components = [...packages.values()]
    .map(({ needs, optionalNeeds, devNeeds, ...about }) => ({
      ...about,
      scope: scopeOf(about.id),
      needs: known([...needs, ...optionalNeeds, ...devNeeds], about.id, packages),
    }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return { source, roots: roots.toSorted(), components };
}

function merge(found: readonly FoundPackage[]): ReadonlyMap<string, FoundPackage> {
  const packages = new Map<string, FoundPackage>();
  for (const each of found) {
    const before = packages.get(each.id);
    packages.set(each.id, before === undefined ? each : both(before, each));
  }
  return packages;
}

function both(one: FoundPackage, other: FoundPackage): FoundPackage {
  return {
    ...one,
    hashes: one.hashes.length > 0 ? one.hashes : other.hashes,
    licence: one.licence ?? other.licence,
    needs: [...one.needs, ...other.needs],
    optionalNeeds: [...one.optionalNeeds, ...other.optionalNeeds],
    devNeeds: [...one.devNeeds, ...other.devNeeds],
  };
}

function reach(
  roots: readonly string[],
  packages: ReadonlyMap<string, FoundPackage>,
  needsOf: (each: FoundPackage) => readonly string[],
): ReadonlySet<string> {
  const reached = new Set(roots);
  for (const id of reached) {
    const each = packages.get(id);
    // A set is walked in the order in which it grows.
    for (const need of each === undefined ? [] : needsOf(each)) reached.add(need);
  }
  return reached;
}

function known(
  ids: readonly string[],
  self: string,
  packages: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set(ids)].filter((id) => id !== self && packages.has(id)).toSorted();
}
