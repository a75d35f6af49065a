import type { Json } from '../../util/json.ts';
import type { ConfigPath } from '../config-path.ts';
import type { Mistake } from '../mistake.ts';
import type { TomlTable } from './parse-toml.ts';
import { tomlWarning } from './toml-problem.ts';

/**
 * A fly.toml while it is read. Every key is taken out of `rest` by what honours it or reports it; what is left in the
 * end is what nothing was done about, and so nothing can be lost silently.
 */
export interface TomlDraft {
  readonly rest: TomlTable;
  /** Settings of the config, by their path, with the key they are from. */
  readonly settings: { readonly path: ConfigPath; readonly value: unknown; readonly from: ConfigPath }[];
  readonly mistakes: Mistake[];
}

/** A table of the document, and its place in it. */
export interface PlacedTable {
  readonly table: TomlTable;
  readonly path: ConfigPath;
}

/** Takes a value out of a table. Its type was checked against the shape before. */
export function take(table: TomlTable, key: string): Json | undefined {
  if (!Object.hasOwn(table, key)) return undefined;
  const value = table[key];
  delete table[key];
  return value;
}

/** Takes a value and makes it the setting of a config; returns whether it was there. */
export function honour(
  draft: TomlDraft,
  { table, path }: PlacedTable,
  key: string,
  setting: ConfigPath,
  convert: (value: never) => unknown = (value) => value,
): boolean {
  const value = take(table, key);
  if (value === undefined) return false;
  draft.settings.push({ path: setting, value: convert(value as never), from: [...path, key] });
  return true;
}

/** The table under a key, to take from; an empty one where there is none. */
export function tableIn({ table, path }: PlacedTable, key: string): PlacedTable {
  return { table: (table[key] ?? {}) as TomlTable, path: [...path, key] };
}

/** The tables of a list, to take from. */
export function tablesIn({ table, path }: PlacedTable, key: string): PlacedTable[] {
  return ((table[key] ?? []) as readonly TomlTable[]).map((item, index) => ({
    table: item,
    path: [...path, key, index],
  }));
}

/** Says that something is neither honoured nor kept, and why. */
export function leaveOut(draft: TomlDraft, path: ConfigPath, why: string, hint: string): void {
  draft.mistakes.push(tomlWarning(path, `is left out: ${why}`, hint));
}
