import type { CatalogPair, Judged } from './catalog-pair.ts';
import { bareName, sayObject, type CatalogObject } from './catalog.ts';
import { codeOnly } from './removed-object.ts';

/**
 * What a new column means for functions that were there and that read its table: PL/pgSQL refuses a name that may be a
 * column or a variable, and `SELECT *` becomes wider than the place for it. Null: nothing.
 */
export function functionUses({ of, name }: CatalogObject, pair: CatalogPair): Judged | null {
  const table = bareName(of ?? '').toLowerCase();
  const what = `${sayObject(of ?? '')}.${name}`;
  const run = new Set(pair.ofRelation('before', of ?? '').map(({ facts }) => facts.runs));
  for (const { kind, name: called, facts } of pair.before.objects) {
    if (kind !== 'function' || facts.words == null) continue;
    const reads = facts.words.includes(table);
    if (facts.copiesWholeRows === true && (reads || run.has(called)))
      return codeOnly(
        `${what} is new, and the function ${sayObject(called)} copies whole rows of ${sayObject(of ?? '')}: they may not fit any more.`,
      );
    if (reads && facts.words.includes(name.toLowerCase()))
      return codeOnly(
        `${what} is new, and the function ${sayObject(called)} uses the name ${name} for something else: it may be refused as ambiguous.`,
      );
  }
  return null;
}
