import { SCHEMA_OBJECT_KINDS, type DatabaseSchema, type SchemaObject } from './database-schema.ts';

/** One object that is not the same in both. */
export type SchemaDifference =
  | { readonly change: 'only-left'; readonly left: SchemaObject; readonly right: null }
  | { readonly change: 'only-right'; readonly left: null; readonly right: SchemaObject }
  | { readonly change: 'differs'; readonly left: SchemaObject; readonly right: SchemaObject };

/**
 * What two schemas do not have in common, tables together with what belongs to them. Of a table that is only on one
 * side the table alone is named: its columns go without saying.
 */
export function diffSchemas(left: DatabaseSchema, right: DatabaseSchema): SchemaDifference[] {
  const ofLeft = byKey(left);
  const ofRight = byKey(right);
  const differences: SchemaDifference[] = [];
  for (const key of new Set([...ofLeft.keys(), ...ofRight.keys()])) {
    const difference = compare(ofLeft.get(key) ?? null, ofRight.get(key) ?? null);
    if (difference !== null) differences.push(difference);
  }
  const whole = new Set(
    differences
      .filter(({ change, left: one, right: other }) => change !== 'differs' && isRelation(one ?? other))
      .map(({ left: one, right: other }) => (one ?? other)?.name),
  );
  return differences.filter((difference) => !whole.has(objectOf(difference).table ?? '')).toSorted(byPlace);
}

/** The object itself, from whichever side has it. */
export function objectOf(difference: SchemaDifference): SchemaObject {
  return difference.left ?? difference.right;
}

function compare(left: SchemaObject | null, right: SchemaObject | null): SchemaDifference | null {
  if (left === null) return right === null ? null : { change: 'only-right', left, right };
  if (right === null) return { change: 'only-left', left, right };
  return left.definition === right.definition ? null : { change: 'differs', left, right };
}

function byKey({ objects }: DatabaseSchema): Map<string, SchemaObject> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

function keyOf({ kind, table, name }: SchemaObject): string {
  return JSON.stringify([kind, table, name]);
}

function isRelation(object: SchemaObject | null): boolean {
  return object !== null && ['table', 'view', 'materialized view'].includes(object.kind);
}

/** What stands by itself first by kind, then table by table. */
function byPlace(a: SchemaDifference, b: SchemaDifference): number {
  const [one, other] = [objectOf(a), objectOf(b)];
  return (
    compareText(placeOf(one), placeOf(other)) ||
    rankOf(one) - rankOf(other) ||
    compareText(one.name, other.name)
  );
}

function placeOf(object: SchemaObject): string {
  return object.table ?? (isRelation(object) ? object.name : '');
}

function rankOf({ kind }: SchemaObject): number {
  return SCHEMA_OBJECT_KINDS.indexOf(kind);
}

/** By code unit: the same order on every computer. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
