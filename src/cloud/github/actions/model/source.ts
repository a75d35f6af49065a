import type { Json } from '../../../../util/json.ts';

/** Where something stands in a workflow file. Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * A value as it is written in a workflow file, with its place. Strings in it may hold `${{ }}`: they are evaluated
 * only when the run comes to them, with the contexts that their key allows.
 */
export interface Source<Value extends Json = Json> extends Position {
  readonly value: Value;
}

/** What `env`, `with` and the like hold: anything that is not a list or a mapping. */
export type Scalar = string | number | boolean | null;

/** A mapping from names to values that may hold expressions; in the order of the file. */
export type SourceMap<Value extends Json = Scalar> = Readonly<Record<string, Source<Value>>>;

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };
