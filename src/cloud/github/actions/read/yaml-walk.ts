import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type { Json } from '../../../../util/json.ts';
import type { Position, Scalar } from '../model/source.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';

/** An entry of a mapping: the value, with the key and its place. */
export interface Entry {
  readonly key: string;
  readonly keyAt: At;
  readonly at: At;
}

/** Nested deeper than this is an alias that holds itself. */
const DEPTH_MAX = 100;

/** The value of a child node. `name` is what is added to the path: `.if` or `[0]`. */
export function child(parent: At, node: unknown, name: string, fallback: Position = parent): At {
  const { reading } = parent;
  const found = (isAlias(node) ? node.resolve(reading.document) : node) as Node | null | undefined;
  const own = node as Node | null | undefined;
  const offset = own?.range?.[0];
  const place = offset === undefined ? undefined : reading.lines.linePos(offset);
  return {
    reading,
    node: isScalar(found) && found.value === null ? null : (found ?? null),
    path: `${parent.path}${parent.path === '' ? name.replace(/^\./, '') : name}`,
    line: place?.line ?? fallback.line,
    column: place?.col ?? fallback.column,
  };
}

/** The entries of a mapping; undefined, and a mistake, when it is none. Keys that come twice count once. */
export function entriesOf(at: At): readonly Entry[] | undefined {
  const { node } = at;
  if (!isMap(node)) {
    invalid(at, isSeq(node) ? 'A sequence was not expected' : `Unexpected value '${shown(at)}'`);
    return undefined;
  }
  const seen = new Set<string>();
  const entries: Entry[] = [];
  for (const pair of node.items) {
    const key = keyText(pair.key);
    const keyAt = child(at, pair.key, `.${key}`);
    if (seen.has(key.toLowerCase())) invalid(keyAt, `'${key}' is already defined`);
    else entries.push({ key, keyAt, at: child(at, pair.value, `.${key}`, keyAt) });
    seen.add(key.toLowerCase());
  }
  return entries;
}

/** The entries of a mapping whose keys are known: others are a mistake, and so is one that must be there and is not. */
export function knownEntries(
  at: At,
  known: readonly string[],
  required: readonly string[] = [],
): ReadonlyMap<string, Entry> | undefined {
  const entries = entriesOf(at);
  if (entries === undefined) return undefined;
  for (const { key, keyAt } of entries) {
    if (!known.includes(key)) invalid(keyAt, `Unexpected value '${key}'`);
  }
  for (const key of required) {
    if (!entries.some((entry) => entry.key === key)) invalid(at, `Required property is missing: ${key}`);
  }
  return new Map(entries.map((entry) => [entry.key, entry]));
}

/** The items of a list; undefined, and a mistake, when it is none. */
export function itemsOf(at: At): readonly At[] | undefined {
  const { node } = at;
  if (isSeq(node)) return node.items.map((item, index) => child(at, item, `[${index}]`));
  invalid(at, isMap(node) ? 'A mapping was not expected' : `Unexpected value '${shown(at)}'`);
  return undefined;
}

/** A list, or one value that stands for a list of one. */
export function itemsOrOne(at: At): readonly At[] | undefined {
  return isScalar(at.node) || at.node === null ? [at] : itemsOf(at);
}

/** A value that is no list and no mapping; undefined, and a mistake, when it is one. */
export function scalarOf(at: At): Scalar | undefined {
  const { node } = at;
  if (node === null) return null;
  if (isScalar(node)) return scalarValue(node.value);
  invalid(at, isSeq(node) ? 'A sequence was not expected' : 'A mapping was not expected');
  return undefined;
}

/** A text that is not empty; numbers and booleans are texts too. Undefined, and a mistake, when it is none. */
export function textAt(at: At): string | undefined {
  const value = scalarOf(at);
  if (value === undefined) return undefined;
  if (value !== null && value !== '') return String(value);
  invalid(at, `Unexpected value ''`);
  return undefined;
}

/** Whether a value is written as a list, a mapping, or neither. */
export function shapeOf({ node }: At): 'mapping' | 'sequence' | 'scalar' {
  if (isMap(node)) return 'mapping';
  return isSeq(node) ? 'sequence' : 'scalar';
}

/** A value as plain JSON, whatever it is, aliases followed. */
export function jsonOf(at: At, depth = 0): Json {
  if (depth > DEPTH_MAX) return null;
  const { node } = at;
  if (isMap(node)) {
    const pairs = node.items.map(({ key, value }) => [keyText(key), value] as const);
    return Object.fromEntries(
      pairs.map(([key, value]) => [key, jsonOf(child(at, value, `.${key}`), depth + 1)]),
    );
  }
  if (isSeq(node)) {
    return node.items.map((item, index) => jsonOf(child(at, item, `[${index}]`), depth + 1));
  }
  return isScalar(node) ? scalarValue(node.value) : null;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(scalarValue(key.value) ?? '') : '';
}

function scalarValue(value: unknown): Scalar {
  if (typeof value === 'bigint') return Number(value);
  return value === undefined ? null : (value as Scalar);
}

function shown({ node }: At): string {
  return isScalar(node) ? String(scalarValue(node.value) ?? '') : '';
}
