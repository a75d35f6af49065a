import { distance } from 'fastest-levenshtein';
import type { Json } from '../../util/json.ts';
import { isRecord, type ConfigPath } from '../config-path.ts';
import { nameHint } from '../did-you-mean.ts';
import type { Mistake } from '../mistake.ts';
import { FLY_TOML_SHAPE, type TomlShape, type TomlType } from './fly-toml-shape.ts';
import type { TomlTable } from './parse-toml.ts';
import { tomlMistake, tomlWarning } from './toml-problem.ts';

/** So many slips away from a known key, an unknown one is a slip. Fly may have keys that this version does not know. */
const TYPO_EDITS_MAX = 2;

/** The data of a fly.toml in which every known key is of a type that Fly reads, and what was not. */
export interface ShapedToml {
  /** Its own copy. What may be written as one table or as several is always a list. */
  readonly table: TomlTable;
  readonly mistakes: readonly Mistake[];
}

/** Checks every key against what Fly reads. A key that nobody knows stays, unless it is a known one misspelt. */
export function checkTomlShape(table: TomlTable): ShapedToml {
  const mistakes: Mistake[] = [];
  return { table: shapedTable(table, FLY_TOML_SHAPE, [], mistakes), mistakes };
}

function shapedTable(table: TomlTable, shape: TomlShape, path: ConfigPath, mistakes: Mistake[]): TomlTable {
  return keptEntries(table, (key, value) => {
    const at = [...path, key];
    const types = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (types === undefined) {
      const mistake = unknownKey(key, at, shape);
      mistakes.push(mistake);
      return mistake.severity === 'warning' ? value : undefined;
    }
    return shapedValue(value, typeof types === 'object' && isList(types) ? types : [types], at, mistakes);
  });
}

function isList(types: TomlShape[string]): types is readonly TomlType[] {
  return Array.isArray(types);
}

function unknownKey(key: string, path: ConfigPath, shape: TomlShape): Mistake {
  const known = Object.keys(shape);
  const isTypo = known.some((name) => distance(key.toLowerCase(), name) <= TYPO_EDITS_MAX && key.length > 2);
  const table = path.length === 1 ? 'fly.toml' : `A table ${tableName(path.slice(0, -1))} of fly.toml`;
  if (isTypo) {
    const message = `${table} has no key ${key}.`;
    return { code: 'CONFIG_UNKNOWN_KEY', path, message, hint: nameHint(key, known, 'keys') };
  }
  const hint = 'Take it out if it is not meant.';
  return tomlWarning(path, 'is not a key that this version knows: it is kept as it is', hint);
}

/** `http_service.checks`, without the indexes of its tables. */
function tableName(path: ConfigPath): string {
  return path.filter((part) => typeof part === 'string').join('.');
}

/** The value in the first of the types that takes it; undefined, and a mistake, where none does. */
function shapedValue(
  value: Json,
  types: readonly TomlType[],
  path: ConfigPath,
  mistakes: Mistake[],
): Json | undefined {
  const fitting = types.find((type) => fits(value, type));
  if (fitting !== undefined) return inner(value, fitting, path, mistakes);
  const expected = types.map(words).join(' or ');
  mistakes.push(
    tomlMistake('CONFIG_WRONG_TYPE', path, `is ${describe(value)}, but must be ${expected}`, typeHint(types)),
  );
  return undefined;
}

function fits(value: Json, type: TomlType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'any':
      return true;
    default:
      return isRecord(value) || (isTables(type) && Array.isArray(value) && value.every(isRecord));
  }
}

function isTables(type: TomlType): type is { readonly tables: TomlShape } {
  return typeof type === 'object' && 'tables' in type;
}

/** A value of the right type, with what is in it checked in turn. */
function inner(value: Json, type: TomlType, path: ConfigPath, mistakes: Mistake[]): Json {
  if (type === 'map') return textMap(value as TomlTable, path, mistakes);
  if (typeof type !== 'object') return value;
  if ('table' in type) return shapedTable(value as TomlTable, type.table, path, mistakes);
  if ('named' in type) {
    return keptEntries(value as TomlTable, (name, item) =>
      shapedValue(item, [{ table: type.named }], [...path, name], mistakes),
    );
  }
  const tables = (Array.isArray(value) ? value : [value]) as TomlTable[];
  return tables.map((table, index) => shapedTable(table, type.tables, [...path, index], mistakes));
}

/** flyctl takes a number or a boolean among texts as its text, and so does this. */
function textMap(map: TomlTable, path: ConfigPath, mistakes: Mistake[]): TomlTable {
  return keptEntries(map, (name, value) => {
    if (typeof value === 'string') return value;
    const at = [...path, name];
    if (typeof value === 'number' || typeof value === 'boolean') {
      mistakes.push(
        tomlWarning(at, `is ${describe(value)}, and read as text`, `Put it in quotes: "${value}"`),
      );
      return String(value);
    }
    return shapedValue(value, ['text'], at, mistakes);
  });
}

/** The table with each value replaced; those that become undefined are left out. */
function keptEntries(table: TomlTable, replace: (key: string, value: Json) => Json | undefined): TomlTable {
  return Object.fromEntries(
    Object.entries(table)
      .map(([key, value]) => [key, replace(key, value)] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}

function words(type: TomlType): string {
  if (typeof type === 'object') return 'tables' in type ? 'a table or a list of tables' : 'a table';
  const names = {
    text: 'text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    texts: 'a list of texts',
    map: 'a table',
    any: 'anything',
  };
  return names[type];
}

function typeHint(types: readonly TomlType[]): string {
  const [first] = types;
  const examples: Partial<Record<string, string>> = {
    text: 'Put it in quotes.',
    number: 'Write it without quotes.',
    integer: 'Write it without quotes and without a fraction.',
    boolean: 'Write it without quotes.',
    texts: 'Write ["…", "…"].',
  };
  return (typeof first === 'string' ? examples[first] : undefined) ?? 'Write a table.';
}

function describe(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a table';
  if (typeof value === 'string') return JSON.stringify(value);
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
