import type { Json } from '../../util/json.ts';

/** A table of TOML as data. */
export type TomlData = Readonly<Record<string, Json>>;

/** The text of a TOML document: plain values before tables, keys in their order, inner tables indented by two spaces. */
export function writeToml(document: TomlData): string {
  return [...valueLines(document, 0), ...tableLines(document, [], 0)].join('\n').concat('\n');
}

function valueLines(table: TomlData, depth: number): string[] {
  return Object.entries(table)
    .filter(([, value]) => !isTable(value) && !isTables(value))
    .map(([key, value]) => `${indent(depth)}${keyText(key)} = ${valueText(value)}`);
}

function tableLines(table: TomlData, path: readonly string[], depth: number): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = [...path, key];
    const header = name.map(keyText).join('.');
    if (isTable(value)) return section(value, `[${header}]`, name, depth);
    if (!isTables(value)) return [];
    return value.flatMap((item) => section(item, `[[${header}]]`, name, depth));
  });
}

function section(table: TomlData, header: string, path: readonly string[], depth: number): string[] {
  return [
    '',
    `${indent(depth)}${header}`,
    ...valueLines(table, depth + 1),
    ...tableLines(table, path, depth + 1),
  ];
}

function isTable(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTables(value: Json): value is readonly TomlData[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

/** Within a list everything stands in one line. */
function valueText(value: Json): string {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${keyText(key)} = ${valueText(item)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return numberText(value);
}

/** A whole number that is too large for an integer was a float, and is written as one. */
function numberText(value: Json): string {
  if (Object.is(value, -0)) return '-0.0';
  const written = JSON.stringify(value);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !written.includes('e')
    ? `${written}.0`
    : written;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : text(key);
}

/** JSON escapes what TOML asks for, but for DEL. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll('\u007F', String.raw`\u007F`);
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
