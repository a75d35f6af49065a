import type { Json } from '../../util/json.ts';
import type { TomlData } from './write-toml.ts';

/**
 * What the config says, and in it what was kept of an imported file: tables key by key, lists of tables one by one. What
 * was kept has no setting, and so wins where both say something.
 */
export function mergeExtra(data: TomlData, extra: TomlData): TomlData {
  const keys = [...new Set([...Object.keys(data), ...Object.keys(extra)])];
  return Object.fromEntries(keys.map((key) => [key, merged(own(data, key), own(extra, key))]));
}

function own(table: TomlData, key: string): Json | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function merged(one: Json | undefined, other: Json | undefined): Json {
  if (one === undefined || other === undefined) return one ?? other ?? null;
  if (isTable(one) && isTable(other)) return mergeExtra(one, other);
  if (!isTables(one) || !isTables(other)) return other;
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) =>
    mergeExtra(one[index] ?? {}, other[index] ?? {}),
  );
}

function isTable(value: Json): value is TomlData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTables(value: Json): value is readonly TomlData[] {
  return Array.isArray(value) && value.every(isTable);
}
