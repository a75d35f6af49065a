import type { Judged, CatalogPair } from './catalog-pair.ts';
import { addedObject } from './added-object.ts';
import type { Catalog, CatalogObject } from './catalog.ts';
import { changedObject } from './changed-object.ts';
import { removedObject } from './removed-object.ts';

/** A difference between two catalogs, judged. */
export interface JudgedObject extends Judged {
  readonly object: CatalogObject;
}

/**
 * What differs between the catalogs of before and after a migration, and how far code that knows only the first can go on
 * with the second. What belongs to a relation that is wholly new or wholly gone is said of the relation.
 */
export function schemaChanges(pair: CatalogPair): readonly JudgedObject[] {
  const { before, after } = pair;
  const changes: JudgedObject[] = [];
  const add = (object: CatalogObject, judged: Judged | null): void => {
    if (judged !== null) changes.push({ object, ...judged });
  };
  for (const object of before.objects) {
    const now = pair.find('after', object);
    if (now !== null) add(now, changedObject(object, now, pair));
    else if (isOwnerLeft(object, pair)) add(object, removedObject(object));
  }
  for (const object of after.objects)
    if (pair.find('before', object) === null) add(object, addedObject(object, pair));
  return changes;
}

/** Whether the relation that something belonged to is still there; the attributes of a composite type belong to the type. */
function isOwnerLeft({ of }: CatalogObject, pair: CatalogPair): boolean {
  if (of === null) return true;
  return (['relation', 'type'] as const).some(
    (kind) => pair.find('after', { kind, of: null, name: of }) !== null,
  );
}

/** Two catalogs, to look things up in. */
export function pairOf(before: Catalog, after: Catalog): CatalogPair {
  const sides = { before: indexed(before), after: indexed(after) };
  return {
    before,
    after,
    wasThere: (relation) => sides.before.byKey.has(keyOf({ kind: 'relation', of: null, name: relation })),
    find: (side, object) => sides[side].byKey.get(keyOf(object)) ?? null,
    byIdentity: (side, { kind, facts }) =>
      sides[side].byIdentity.get(`${kind} ${facts.identity ?? ''}`) ?? null,
    ofRelation: (side, relation) => sides[side].byRelation.get(relation) ?? [],
  };
}

function indexed({ objects }: Catalog): {
  readonly byKey: ReadonlyMap<string, CatalogObject>;
  readonly byIdentity: ReadonlyMap<string, CatalogObject>;
  readonly byRelation: ReadonlyMap<string, readonly CatalogObject[]>;
} {
  return {
    byKey: new Map(objects.map((object) => [keyOf(object), object])),
    byIdentity: new Map(
      objects.flatMap((object) =>
        object.kind === 'relation' || object.kind === 'sequence'
          ? [[`${object.kind} ${object.facts.identity ?? ''}`, object] as const]
          : [],
      ),
    ),
    byRelation: Map.groupBy(objects, ({ of }) => of ?? ''),
  };
}

function keyOf({ kind, of, name }: Pick<CatalogObject, 'kind' | 'of' | 'name'>): string {
  return JSON.stringify([kind, of, name]);
}
