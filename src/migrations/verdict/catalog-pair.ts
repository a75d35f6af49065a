import type { Catalog, CatalogObject } from './catalog.ts';
import type { SchemaChange } from './schema-change.ts';

/** What a rule says of a difference: where it belongs to a statement is found out later. */
export type Judged = Pick<SchemaChange, 'limit' | 'reason'>;

/** Both catalogs, to look things up in. */
export interface CatalogPair {
  readonly before: Catalog;
  readonly after: Catalog;
  /** Whether a relation was there before. */
  wasThere(relation: string): boolean;
  /** An object of either catalog, by its key. */
  find(side: 'before' | 'after', object: Pick<CatalogObject, 'kind' | 'of' | 'name'>): CatalogObject | null;
  /** The same table or sequence of the other catalog, whatever its name; null for other kinds, and where it is gone. */
  byIdentity(side: 'before' | 'after', object: CatalogObject): CatalogObject | null;
  /** All that belongs to a relation. */
  ofRelation(side: 'before' | 'after', relation: string): readonly CatalogObject[];
}
