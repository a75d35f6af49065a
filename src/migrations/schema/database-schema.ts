/** One thing that a schema consists of, in the words of the catalog. */
export interface SchemaObject {
  readonly kind: SchemaObjectKind;
  /** What it belongs to, `schema.table`; null for what stands by itself. */
  readonly table: string | null;
  /** `schema.name`, or the bare name of what belongs to a table. */
  readonly name: string;
  /** As Postgres writes it itself: the same text means the same thing. */
  readonly definition: string;
}

/** In the order in which they are shown. */
export const SCHEMA_OBJECT_KINDS = [
  'schema',
  'extension',
  'enum',
  'domain',
  'type',
  'sequence',
  'table',
  'column',
  'constraint',
  'index',
  'trigger',
  'policy',
  'view',
  'materialized view',
  'function',
  'operator',
  'rule',
  'statistics',
] as const;

/** What an object is. */
export type SchemaObjectKind = (typeof SCHEMA_OBJECT_KINDS)[number];

/** The schema of one database: no rows, and no owners, grants and comments, which differ from environment to environment. */
export interface DatabaseSchema {
  readonly objects: readonly SchemaObject[];
}
