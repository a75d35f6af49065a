import type { CatalogPair, Judged } from './catalog-pair.ts';
import { sayObject, type CatalogObject } from './catalog.ts';
import { gone } from './removed-object.ts';

/** Tables that were there of which no row can be changed any more, for a publication has nothing to tell rows apart by. */
export function newlyRefusing(
  { name, facts }: CatalogObject,
  before: readonly string[],
  pair: CatalogPair,
): Judged | null {
  const tables = (facts.refuses ?? []).filter((table) => !before.includes(table) && pair.wasThere(table));
  if (tables.length === 0) return null;
  return gone(
    `${tables.map(sayObject).join(', ')} is published by ${name} and has no replica identity: every UPDATE and DELETE of its rows is refused.`,
  );
}
