import type { Component, Inventory } from './component.ts';

/**
 * How each package comes in: the shortest way from a package of the repository, as names with versions, that one first:
 * `['web', 'express@4.18.0', 'qs@6.9.0']`. What nothing leads to stands alone.
 */
export function waysIn({ roots, components }: Inventory): (id: string) => readonly string[] {
  const byId = new Map(components.map((each) => [each.id, each]));
  const from = new Map<string, string | null>(roots.map((id) => [id, null]));
  for (const [id] of from)
    for (const need of byId.get(id)?.needs ?? []) if (!from.has(need)) from.set(need, id);
  return (id) => {
    const way: string[] = [];
    for (let at: string | null = id; at !== null; at = from.get(at) ?? null)
      way.unshift(nameOf(byId.get(at), at));
    return way;
  };
}

function nameOf(component: Component | undefined, id: string): string {
  if (component === undefined) return id;
  return component.isOwn ? component.name : `${component.name}@${component.version}`;
}
