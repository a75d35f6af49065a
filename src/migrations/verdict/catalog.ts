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
  | 'setting'
  | 'collation'
  | 'text search configuration'
  | 'text search dictionary'
  | 'publication'
  | 'database'
  | 'language'
  | 'foreign data wrapper'
  | 'foreign server'
  | 'user mapping';

/** What is known of an object; only what its kind has is there. */
export interface CatalogFacts {
  /**
   * What stays the same as long as rows, values or numbers do, whatever the name: of a table or a sequence its oid, of a
   * column its number in the table.
   */
  readonly identity?: string;
  /** Of a table: the file that its rows are in. */
  readonly file?: string;
  /** Of a table: how many rows were written since the server began to count. */
  readonly writes?: RowWrites;
  /** Of a sequence: the last number that it gave; null before the first, or where that is not shown. */
  readonly position?: string | null;
  /** Of a sequence: the table that it is a column's. */
  readonly ownedBy?: string | null;
  /** Of a materialized view: whether it can be read. */
  readonly isFilled?: boolean;
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
  /** Of a column: of a type whose values cannot be compared, such as json. */
  readonly isIncomparable?: boolean;
  /** Of an identity: whether its sequence ends before the numbers of an integer do. */
  readonly runsOut?: boolean;
  /** Of an index or a constraint: the columns that it names. */
  readonly columns?: readonly string[];
  readonly isUnique?: boolean;
  /** Of an index: over expressions, or with a condition that computes anything. */
  readonly computes?: boolean;
  readonly isNullsNotDistinct?: boolean;
  /** Of a foreign key: the other table, and what becomes of its rows. */
  readonly references?: string;
  readonly onDelete?: KeyAction;
  readonly onUpdate?: KeyAction;
  /** The columns that `ON DELETE SET NULL` empties. */
  readonly emptied?: readonly string[];
  /** Whether a row of the other table may have NULL in its key. */
  readonly canKeyBeNull?: boolean;
  /** Whether the key of the other table is one that nobody changes: given by a sequence or at random. */
  readonly isKeyFixed?: boolean;
  /** Of an enum, in their order. */
  readonly labels?: readonly string[];
  /** Of a trigger: fires before a row is inserted. */
  readonly firesBeforeInsert?: boolean;
  /** Of a trigger: on what it fires. */
  readonly fires?: readonly RowEvent[];
  /** Of an operator or a cast: the types that it is about, `schema.name`. */
  readonly types?: readonly string[];
  /** Of a function or an operator: brought by an extension. */
  readonly isOfExtension?: boolean;
  /** Of a function: the words of its text, in small letters. */
  readonly words?: readonly string[] | null;
  /** Of a function: whether it puts rows as wide as their table where there is place for so many columns. */
  readonly copiesWholeRows?: boolean;
  /** Of a trigger: its function, by the name that this has here. */
  readonly runs?: string;
  /** Of a publication: tables that have nothing by which it could tell their rows apart, so that none can be changed. */
  readonly refuses?: readonly string[];
  /** Of a publication: whether it has some rows or columns alone. */
  readonly filters?: boolean;
}

/** What becomes of a row when the one that it refers to is deleted, or has its key changed. */
export type KeyAction = 'refuse' | 'cascade' | 'set null' | 'set default';

/** What is done to a row. */
export type RowEvent = 'insert' | 'update' | 'delete' | 'truncate';

/** How many rows were written. */
export interface RowWrites {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** The catalog of one database at one moment. */
export interface Catalog {
  readonly objects: readonly CatalogObject[];
  /** Functions of Postgres and of extensions that change nothing, by their bare names. */
  readonly harmless: readonly string[];
}

/** `orders`, of `public.orders`. */
export function bareName(name: string): string {
  return name.split('.').at(-1) ?? name;
}

/** `public.orders` is said as `orders`. */
export function sayObject(name: string): string {
  return name.replace(/^public\./, '');
}

/** `orders.total`: what belongs to a relation stands behind it. */
export function sayWhole({ of, name }: Pick<CatalogObject, 'of' | 'name'>): string {
  return of === null ? sayObject(name) : `${sayObject(of)}.${name}`;
}
