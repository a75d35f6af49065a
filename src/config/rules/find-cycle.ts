/** One circle in a graph, from a node back to itself; null when there is none. Names without an entry lead nowhere. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const finished = new Set<string>();
  for (const start of edges.keys()) {
    const cycle = cycleFrom(start, edges, [], finished);
    if (cycle !== null) return cycle;
  }
  return null;
}

function cycleFrom(
  node: string,
  edges: ReadonlyMap<string, readonly string[]>,
  trail: readonly string[],
  finished: Set<string>,
): readonly string[] | null {
  if (finished.has(node)) return null;
  const before = trail.indexOf(node);
  if (before >= 0) return [...trail.slice(before), node];
  for (const next of edges.get(node) ?? []) {
    const cycle = cycleFrom(next, edges, [...trail, node], finished);
    if (cycle !== null) return cycle;
  }
  finished.add(node);
  return null;
}
