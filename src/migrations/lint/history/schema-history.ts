import type { Node } from 'libpg-query';
import type { SqlName } from '../parse/names.ts';
import type { SqlType } from '../parse/sql-type.ts';
import type { Statement } from '../parse/statement.ts';

/** When something was made: in which file, and in which transaction of it. */
export interface Moment {
  readonly file: number;
  /** Statements outside any transaction have one of their own. */
  readonly transaction: number;
}

/** What gives a column a value where whoever writes the row gives none. */
export type ColumnFill = 'nothing' | 'default' | 'serial' | 'identity' | 'generated' | 'virtual';

/** What is known of a column. */
export interface ColumnState {
  readonly type: SqlType | null;
  readonly isNotNull: boolean;
  /** Null: not known. */
  readonly fill: ColumnFill | null;
  /** Of a generated column. */
  readonly computedFrom: readonly string[];
  /** Null: it was there before. */
  readonly madeIn: Moment | null;
}

/** What is known of a constraint. */
export interface ConstraintState {
  readonly name: string;
  readonly kind: 'check' | 'not-null' | 'foreign-key' | 'unique' | 'primary-key' | 'exclusion';
  readonly columns: readonly string[];
  /** False: `NOT VALID`, and not validated since. */
  readonly isValid: boolean;
  /** The column that a check, or a constraint, proves to have no NULL in it. */
  readonly provesNotNull: string | null;
  /** Of a foreign key. */
  readonly references: SqlName | null;
  /** Of a check. */
  readonly expression: Node | null;
  readonly madeIn: Moment | null;
}

/** What is known of a table: from statements, or from the server. */
export interface TableState {
  readonly name: SqlName;
  readonly columns: Map<string, ColumnState>;
  readonly constraints: Map<string, ConstraintState>;
  /** Null: it was there before. */
  readonly madeIn: Moment | null;
  /** Made by `IF NOT EXISTS`: so it may have been there before. */
  readonly isPerhapsOlder: boolean;
  readonly isTemporary: boolean;
  readonly isUnlogged: boolean;
  readonly isPartitioned: boolean;
  /** Key of the table that it is a partition of. */
  readonly partitionOf: string | null;
  /** Whether it is the partition for all that fits no other. */
  readonly isDefaultPartition: boolean;
  /** Whether its rows are for those only whom a policy lets see them. */
  readonly isRowSecured: boolean;
  /** The names of its policies that let rows through. */
  readonly policies: Set<string>;
}

/** What is known of an index. */
export interface IndexState {
  readonly name: SqlName;
  readonly table: SqlName;
  /** Plain columns; none for an index over expressions. */
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  readonly isPartial: boolean;
  readonly madeIn: Moment | null;
}

/** What is known of a domain or an enum. */
export interface TypeState {
  readonly kind: 'domain' | 'enum' | 'composite' | 'range';
  /** Of a domain. */
  readonly base: SqlType | null;
  readonly isConstrained: boolean;
  /** Of a domain: what a column of it gets by default. */
  readonly defaultValue: Node | null;
  readonly madeIn: Moment;
}

/** What is known of a view. */
export interface ViewState {
  readonly name: SqlName;
  readonly isMaterialized: boolean;
  /** Its definition, as written behind `AS`. */
  readonly definition: string | null;
  /** By key of the table: the columns that it names; null: all of them. */
  readonly uses: ReadonlyMap<string, ReadonlySet<string> | null>;
  readonly madeIn: Moment | null;
}

/** What is known of a function. */
export interface FunctionState {
  readonly statement: Statement;
  /** Whether its result may change from row to row. */
  readonly isVolatile: boolean;
}

/** What the statements so far have made. */
export interface SchemaHistory {
  /** Where a name without a schema belongs. */
  schema: string;
  /** Where tables, indexes and views of the server are that have names of their own: by name, the schema. */
  readonly homes: ReadonlyMap<string, string>;
  /** What the session's clock is set to; null: not said. */
  timezone: string | null;
  readonly tables: Map<string, TableState>;
  readonly indexes: Map<string, IndexState>;
  readonly types: Map<string, TypeState>;
  readonly views: Map<string, ViewState>;
  readonly functions: Map<string, FunctionState>;
}

/** Nothing is known yet. */
export function emptyHistory(homes: ReadonlyMap<string, string>): SchemaHistory {
  return {
    schema: 'public',
    homes,
    timezone: null,
    tables: new Map(),
    indexes: new Map(),
    types: new Map(),
    views: new Map(),
    functions: new Map(),
  };
}

/** By what things are found again: `shop.orders`. A search path that nobody wrote down is guessed by what is there. */
export function keyOf({ schema, homes }: SchemaHistory, { schema: written, name }: SqlName): string {
  return `${written ?? homes.get(name) ?? schema}.${name}`;
}

/** The DEFAULT partition of a table, where one is known. */
export function defaultPartitionOf(history: SchemaHistory, parent: SqlName): TableState | null {
  const key = keyOf(history, parent);
  const isIt = ({ partitionOf, isDefaultPartition }: TableState): boolean =>
    isDefaultPartition && partitionOf === key;
  return [...history.tables.values()].find(isIt) ?? null;
}
