import { isNoted, type NotedYaml, type Yaml, type YamlMap } from './yaml-data.ts';

/** A list of plain values that is at most this long stands in one line. */
const LINE_LENGTH = 100;

const INDENT = '  ';

/** The text of a YAML document, so that people like to read it and every reader of YAML 1.1 and 1.2 reads the same. */
export function writeYaml(document: YamlMap): string {
  return mapLines(document, '').join('\n').concat('\n');
}

function mapLines(map: YamlMap, indent: string): string[] {
  return Object.entries(map).flatMap(([key, value]) =>
    value === undefined ? [] : withNotes(value, indent, (inner) => entryLines(keyText(key), inner, indent)),
  );
}

/** The lines of `key: value`: in one line where the value is plain, else with what is in it below. */
function entryLines(key: string, value: Yaml, indent: string): string[] {
  if (value === null) return [`${indent}${key}:`];
  const plain = inlineText(value);
  if (plain !== null) return [`${indent}${key}: ${plain}`];
  return [`${indent}${key}:`, ...blockLines(value, `${indent}${INDENT}`)];
}

function blockLines(value: Yaml, indent: string): string[] {
  if (isList(value)) {
    return value.flatMap((item) => withNotes(item, indent, (inner) => itemLines(inner, indent)));
  }
  return mapLines(value as YamlMap, indent);
}

/** `- ` and the first line of what follows it. */
function itemLines(value: Yaml, indent: string): string[] {
  const plain = value === null ? 'null' : inlineText(value);
  if (plain !== null) return [`${indent}- ${plain}`];
  const lines = blockLines(value, `${indent}${INDENT}`);
  const first = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.map((line, index) =>
    index === first ? `${indent}- ${line.slice(indent.length + INDENT.length)}` : line,
  );
}

/** The lines of a value under its comments. */
function withNotes(value: Yaml, indent: string, lines: (value: Yaml) => string[]): string[] {
  if (!isNoted(value)) return lines(value);
  const { above, beside, isApart } = value satisfies NotedYaml;
  const [first = '', ...rest] = lines(value.value);
  return [
    ...(isApart ? [''] : []),
    ...above.map((line) => `${indent}# ${line}`),
    beside === null ? first : `${first} # ${beside}`,
    ...rest,
  ];
}

/** A value that needs no lines of its own; null for one that does. */
function inlineText(value: Yaml): string | null {
  if (value === null) return 'null';
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object') return String(value);
  if (isNoted(value)) return null;
  if (!isList(value)) return Object.values(value).every((item) => item === undefined) ? '{}' : null;
  const items = value.map((item) =>
    typeof item === 'string' ? text(item, true) : typeof item === 'object' ? null : String(item),
  );
  const line = `[${items.join(', ')}]`;
  return items.includes(null) || line.length > LINE_LENGTH ? null : line;
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(key) && !isWord(key, KEYS_LIKE_VALUES) ? key : quoted(key);
}

/** A string as it is where no reader could take it for something else, else in quotes. */
function text(value: string, isInList = false): string {
  const isSafe = isInList
    ? /^[A-Za-z_/.][\w ./*@=()$-]*$/.test(value)
    : /^[A-Za-z_/.$(][^\p{C}\u2028\u2029]*$/u.test(value);
  const isPlain = isSafe && !/: |:$| #|\s$|^\.(?!\/)/.test(value) && !isWord(value, VALUES_OF_OTHER_KINDS);
  return isPlain ? value : quoted(value);
}

/** What some reader takes for a truth value or for nothing. */
const VALUES_OF_OTHER_KINDS = ['true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'null', '.nan', '.inf'];

/** `on:` as a key is written as it is by everybody, for GitHub reads it as text. */
const KEYS_LIKE_VALUES = VALUES_OF_OTHER_KINDS.filter((word) => word !== 'on');

function isWord(value: string, words: readonly string[]): boolean {
  return words.includes(value.toLowerCase());
}

/** Single quotes where that is possible: nothing is escaped in them. JSON is YAML for everything else. */
function quoted(value: string): string {
  if (/^[^\p{C}\u2028\u2029\ufeff]*$/u.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}
