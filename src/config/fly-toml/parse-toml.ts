import { parse, TomlDate, TomlError } from 'smol-toml';
import type { Json } from '../../util/json.ts';
import type { ConfigPath } from '../config-path.ts';

/** A table as plain data, to be taken apart. */
export type TomlTable = Record<string, Json>;

/** A document, or where and why it is none. */
export type ParsedToml =
  | { readonly table: TomlTable; readonly unrepresentable: readonly ConfigPath[] }
  | { readonly message: string; readonly line: number; readonly column: number };

/**
 * The data of a TOML document. What JSON has no value for (not a number, infinity, integers beyond 2^53) is left out and
 * named; a date becomes its text.
 */
export function parseToml(text: string): ParsedToml {
  try {
    const unrepresentable: ConfigPath[] = [];
    const table = plain(parse(text, { integersAsBigInt: 'asNeeded' }), [], unrepresentable);
    return { table: table as TomlTable, unrepresentable };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The first line says what, the rest shows the place, which is given apart.
    const [what = ''] = error.message.split('\n');
    const message = what.replace(/^Invalid TOML document: /, '').replace(/\.$/, '');
    return { message, line: error.line, column: error.column };
  }
}

function plain(value: unknown, path: ConfigPath, unrepresentable: ConfigPath[]): Json | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) {
    return value
      .map((item, index) => plain(item, [...path, index], unrepresentable))
      .filter((item) => item !== undefined);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .map(([key, item]) => [key, plain(item, [...path, key], unrepresentable)] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined);
    // Not by assignment: a key may be called __proto__.
    return Object.fromEntries(entries);
  }
  unrepresentable.push(path);
  return undefined;
}
