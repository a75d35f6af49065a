import type { Component, Inventory, Scope } from './component.ts';

const BY_WEIGHT: readonly Scope[] = ['required', 'optional', 'dev'];

/** One inventory of several: a package that is in more than one has the needs of all, and the weightiest scope. */
export function mergeInventories(source: string, inventories: readonly Inventory[]): Inventory {
  const components = new Map<string, Component>();
  for (const component of inventories.flatMap((inventory) => inventory.components)) {
    const before = components.get(component.id);
    components.set(component.id, before === undefined ? component : both(before, component));
  }
  return {
    source,
    roots: [...new Set(inventories.flatMap(({ roots }) => roots))].toSorted(),
    components: [...components.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  };
}

function both(one: Component, other: Component): Component {
  return {
    ...one,
    hashes: one.hashes.length > 0 ? one.hashes : other.hashes,
    licence: one.licence ?? other.licence,
    scope: BY_WEIGHT.find((scope) => scope === one.scope || scope === other.scope) ?? one.scope,
    needs: [...new Set([...one.needs, ...other.needs])].toSorted(),
  };
}
