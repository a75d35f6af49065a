/** Something of a schema and the statement that makes it. */
export interface SchemaObject {
  readonly key: string;
  readonly phase: number;
  readonly name: string;
  readonly sql: string;
}

/** Whose making needs whose. */
export interface SchemaNeed {
  readonly key: string;
  readonly needs: string;
}

/**
 * Objects so that none comes before what it needs; otherwise by phase and name, whatever the ids are. Where some need each
 * other, the first by phase and name goes first.
 */
export function sortObjects(
  objects: readonly SchemaObject[],
  needs: readonly SchemaNeed[],
): readonly SchemaObject[] {
  const open = new Map(objects.map((object) => [object.key, new Set<string>()]));
  for (const { key, needs: other } of needs) if (key !== other && open.has(other)) open.get(key)?.add(other);
  const waiting = objects.toSorted(
    (a, b) => a.phase - b.phase || compare(a.name, b.name) || compare(a.sql, b.sql),
  );
  const sorted: SchemaObject[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ key }) => open.get(key)?.size === 0);
    const [next] = waiting.splice(Math.max(0, ready), 1);
    if (next === undefined) break;
    sorted.push(next);
    for (const rest of open.values()) rest.delete(next.key);
  }
  return sorted;
}

/** By code points: the same on every computer. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
