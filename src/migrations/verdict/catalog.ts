/** What the catalog of a database says of one object, as far as code that uses it can notice. */
export interface CatalogObject {
  readonly kind: CatalogKind;
  /** The relation that it belongs to, `schema.table`; null for what stands by itself. */
  readonly of: string | null;
  /** `schema.name`, or the bare name of what belongs to a relation. */
  readonly name: string;
  readonly facts: CatalogFacts;
}

/** What an object is. */
export type CatalogKind =
  | 'schema'
  | 'relation'
  | 'column'
  | 'constraint'
  | 'index'
  | 'trigger'
  | 'rule'
  | 'policy'
  | 'type'
  | 'function'
  | 'operator'
  | 'cast'
  | 'sequence'
  | 'extension'
  | 'event trigger'
  | 'setting';

/** What is known of an object; only what its kind has is there. */
export interface CatalogFacts {
  /** As Postgres writes it: another text is another meaning. */
  readonly definition?: string;
  readonly owner?: string;
  /** `role privilege`, one each. */
  readonly grants?: readonly string[];
  /** Of a relation: `table`, `view` …; of a type: `enum`, `domain` …; of a constraint: `check`, `foreign key` … */
  readonly form?: string;
  /** Whether another object of its kind, anywhere, has its name. */
  readonly hasNamesake?: boolean;
  /** Tables that a table is a part or heir of. */
  readonly parents?: readonly string[];
  /** Of a column. */
  readonly type?: string;
  readonly isNotNull?: boolean;
  readonly default?: string | null;
  /** `generated`, `identity`; empty for neither. */
  readonly filledBy?: string;
  /** Of a column: of a domain that refuses values. */
  readonly isConstrainedType?: boolean;
  /** Of an index or a constraint: the columns that it names. */
  readonly columns?: readonly string[];
  readonly isUnique?: boolean;
  /** Of an index: over expressions, or with a condition that computes anything. */
  readonly computes?: boolean;
  readonly isNullsNotDistinct?: boolean;
  /** Of a foreign key: the other table, and what becomes of its rows. */
  readonly references?: string;
  /** Whether deleting a row of the other table goes through whatever refers to it. */
  readonly letsDelete?: boolean;
  /** Whether the key of the other table can be changed, or is one that nobody changes. */
  readonly letsUpdate?: boolean;
  /** Of an enum, in their order. */
  readonly labels?: readonly string[];
  /** Of a trigger: fires before a row is inserted; before or after one is updated. */
  readonly firesBeforeInsert?: boolean;
  readonly firesOnUpdate?: boolean;
  /** Of an operator or a cast: the types that it is about, `schema.name`. */
  readonly types?: readonly string[];
}

/** The catalog of one database at one moment. */
export interface Catalog {
  readonly objects: readonly CatalogObject[];
}

/** `public.orders` is said as `orders`. */
export function sayObject(name: string): string {
  return name.replace(/^public\./, '');
}

/** `orders.total`: what belongs to a relation stands behind it. */
export function sayWhole({ of, name }: Pick<CatalogObject, 'of' | 'name'>): string {
  return of === null ? sayObject(name) : `${sayObject(of)}.${name}`;
}
